// Bytes from one socket to another and back, without a look at them: what no proxy on Node's sockets gets below. Arguments: port,
// origin's port.
import { connect, createServer } from 'node:net';

const [port, originPort] = process.argv.slice(2).map(Number);

createServer({ noDelay: true }, (client) => {
  const origin = connect({ port: originPort, host: '127.0.0.1', noDelay: true });
  for (const [from, to] of [
    [client, origin],
    [origin, client],
  ]) {
    from.on('data', (chunk) => to.write(chunk));
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}).listen(port, '127.0.0.1');

// http-proxy (node:http, piped). Without an agent it would close every connection. Arguments: port, origin's port.
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

const [port, originPort] = process.argv.slice(2);
const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${originPort}`,
  agent: new Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 128 }),
});
proxy.on('error', (_error, _request, response) => response.writeHead(502).end());
createServer({ keepAliveTimeout: 120_000 }, (request, response) => proxy.web(request, response)).listen(
  Number(port),
  '127.0.0.1',
);

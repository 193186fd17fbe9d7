// node tools/fault-proxy/src/main.ts --target 127.0.0.1:8080 [--listen host:port] [--control host:port] [--faults JSON]
// Prints one line of JSON: where it listens, and where it can be controlled. Ends on SIGTERM or SIGINT.
import { parseArgs } from 'node:util';
import { parseFaults, startControl, startFaultProxy } from './index.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressOf(option: string, text: string): Address {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (match === null) throw new TypeError(`--${option} must be host:port, not ${text}`);
  return { host: match[1] ?? '', port: Number(match[2]) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      listen: { type: 'string', default: '127.0.0.1:0' },
      control: { type: 'string', default: '127.0.0.1:0' },
      faults: { type: 'string', default: '{}' },
    },
  });
  if (values.target === undefined) throw new TypeError('--target host:port is missing');
  const proxy = await startFaultProxy({
    target: addressOf('target', values.target),
    listen: addressOf('listen', values.listen),
    faults: parseFaults(JSON.parse(values.faults)),
  });
  const control = await startControl(proxy, addressOf('control', values.control));
  const text = ({ host, port }: Address): string => `${host}:${port}`;
  console.log(JSON.stringify({ listen: text(proxy), control: text(control) }));
  const stop = (): void => void Promise.all([control.stop(), proxy.stop()]).then(() => process.exit(0));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

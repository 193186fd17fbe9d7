/** Gateway traffic over TLS, with certificates from files. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectH2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY, until } from '@gatehouse/http/testing';
import { ConfigError } from '../config/config';
import { createLogger } from '../logging/logger';
import { readKeyPair, renewCertificate } from './certificate';
import { SocketListener } from './socket-listener';
import { RENEWED_CERTIFICATE, RENEWED_PRIVATE_KEY } from './testing/renewed-certificate';

let folder: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
  log = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logger = createLogger('info', { write: (line: string) => log.push(line) });

function write(cert: string, key: string): { certFile: string; keyFile: string } {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  return files;
}

async function serialOf(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

it('serves HTTP/2 to who asks for it', async () => {
  const listener = await SocketListener.start({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { files: write(CERTIFICATE, PRIVATE_KEY), logger },
    handle: ({ protocol, secure, host }) => ({
      status: 200,
      headers: [],
      body: `${protocol} ${secure} ${host}`,
      finish: () => undefined,
    }),
  });
  const session = connectH2(`https://127.0.0.1:${listener.address.port}`, { rejectUnauthorized: false });
  const stream = session.request({ ':path': '/', ':authority': 'api1.execute-api.localhost' });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(stream, 'end');
  expect(text).toBe('HTTP/2.0 true api1.execute-api.localhost');
  session.destroy();
  await listener.stop(100);
});

it('takes connections again after it left them to others, and leaves open ones alone', async () => {
  const start = (port: number): Promise<SocketListener> =>
    SocketListener.start({
      listen: { host: '127.0.0.1', port },
      tls: { files: write(CERTIFICATE, PRIVATE_KEY), logger },
      handle: () => ({ status: 204, headers: [], body: undefined, finish: () => undefined }),
    });
  const before = await start(0);
  const { port } = before.address;
  await before.stop(0);
  const listener = await start(port);
  const early = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(early, 'secureConnect');
  listener.takeConnections(false);
  await until(() => !listener.isTakingConnections, 'left to others');
  await expect(serialOf(port)).rejects.toThrow('ECONNREFUSED');
  listener.takeConnections(true);
  await until(() => listener.isTakingConnections, 'taken again');
  expect(await serialOf(port)).not.toBe('');
  early.write('GET / HTTP/1.1\r\nHost: gw\r\n\r\n');
  const [answer] = (await once(early, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 204 /);
  early.destroy();
  await listener.stop(100);
});

describe('a renewed certificate', () => {
  let server: Server;
  let files: { certFile: string; keyFile: string };
  let renewal: { stop(): void };
  let port: number;
  beforeEach(async () => {
    files = write(CERTIFICATE, PRIVATE_KEY);
    server = createServer(readKeyPair(files), (socket) => socket.on('error', () => undefined));
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
    renewal = renewCertificate(server, files, logger, 10);
  });
  afterEach(async () => {
    renewal.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is taken without a restart', async () => {
    const before = await serialOf(port);
    write(RENEWED_CERTIFICATE, RENEWED_PRIVATE_KEY);
    await until(() => log.some((line) => line.includes('is renewed')), 'told');
    expect(await serialOf(port)).not.toBe(before);
  });

  it('that cannot be used leaves the one before, and is told', async () => {
    const before = await serialOf(port);
    writeFileSync(files.keyFile, RENEWED_PRIVATE_KEY);
    await until(() => log.some((line) => line.includes('cannot be used')), 'told');
    rmSync(files.certFile);
    await until(() => log.filter((line) => line.includes('cannot be used')).length === 2, 'told again');
    expect(await serialOf(port)).toBe(before);
  });
});

it.each([
  ['no certificate', 'nothing', PRIVATE_KEY],
  ['another key', CERTIFICATE, RENEWED_PRIVATE_KEY],
])('%s stops the start with a clear message', async (_what, cert, key) => {
  const started = SocketListener.start({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { files: write(cert, key), logger },
    handle: () => ({ status: 200, headers: [], body: '', finish: () => undefined }),
  });
  await expect(started).rejects.toThrow(ConfigError);
  await expect(started).rejects.toThrow(/are no certificate and key/);
});

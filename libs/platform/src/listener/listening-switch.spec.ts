import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { RawClient, until } from '@gatehouse/http/testing';
import { listenOn } from './listen';
import { ListeningSwitch } from './listening-switch';

const HOST = '127.0.0.1';
let server: Server;
let port: number;
let clients: RawClient[];
let gate: ListeningSwitch;
let failures: unknown[];

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  ({ port } = await listenOn(server, { host: HOST, port: 0 }));
  failures = [];
  gate = new ListeningSwitch(server, { host: HOST, port }, (error) => failures.push(error));
  clients = [];
});
afterEach(async () => {
  await gate.stop();
  for (const { socket } of clients) socket.destroy();
  server.close();
});

const client = (): RawClient => {
  const one = new RawClient(port);
  clients.push(one);
  return one;
};
const isHeard = async (one: RawClient, word: string): Promise<void> => {
  one.say(word);
  await until(() => one.text.endsWith(word), word);
};

it('takes no new connection while it is off, and leaves open ones alone', async () => {
  const early = client();
  await isHeard(early, 'before');
  gate.turn(false);
  await until(() => !server.listening, 'off');
  const late = client();
  await until(() => late.isClosed, 'refused');
  await isHeard(early, 'meanwhile');
  gate.turn(true);
  await until(() => server.listening, 'on');
  await isHeard(client(), 'after');
  await isHeard(early, 'still');
});

it('is off where it was turned off while it began to listen', async () => {
  gate.turn(false);
  await until(() => !server.listening, 'off');
  gate.turn(true);
  await until(() => server.listening, 'on, which is not known yet');
  for (const isOn of [false, true, false]) gate.turn(isOn);
  await until(() => !server.listening, 'off again');
});

it('tries again where it cannot listen, and says why', async () => {
  gate.turn(false);
  await until(() => !server.listening, 'off');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, HOST, resolve));
  gate.turn(true);
  await until(() => failures.length > 0, 'a failure');
  expect(failures).toEqual([new Error(`address ${HOST}:${port} is already in use`)]);
  expect((other.address() as AddressInfo).port).toBe(port);
  await new Promise((resolve) => other.close(resolve));
  await until(() => server.listening, 'on');
});

it('is not turned any more once it is stopped', async () => {
  await gate.stop();
  gate.turn(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(server.listening).toBe(true);
});

import { connect } from 'node:net';
import { HttpClient } from './client/http-client';
import { MessageParser } from './framing/message-parser';
import { say } from './testing/raw-client';
import { serving } from './testing/serving';

const GET = 'GET / HTTP/1.1\r\nHost: gw.test\r\nConnection: close\r\n\r\n';

afterEach(() => jest.restoreAllMocks());

/** The next read of any parser fails as if we had a fault there. */
function failOnce(): void {
  jest.spyOn(MessageParser.prototype, 'read').mockImplementationOnce(() => {
    throw new Error('a fault of our own');
  });
}

it('costs a client its connection, and nobody else anything', async () => {
  const defects: unknown[] = [];
  const under = await serving(() => ({ body: 'fine' }), { onDefect: (error) => void defects.push(error) });
  failOnce();
  expect((await say(under.port, GET)).statuses).toEqual([]);
  expect(defects).toEqual([new Error('a fault of our own')]);
  expect((await say(under.port, GET)).statuses).toEqual([200]);
  await under.server.stop(100);
});

it('costs a call its answer, told as broken, and the next call nothing', async () => {
  const defects: unknown[] = [];
  const under = await serving(() => ({ body: 'fine' }));
  const client = new HttpClient({
    connect: ({ port, hostname: host }, onread) => connect({ port, host, onread }),
    onDefect: (error) => void defects.push(error),
  });
  const origin = { protocol: 'http:' as const, hostname: '127.0.0.1', port: under.port, key: 'a' };
  const request = {
    origin,
    method: 'GET',
    target: '/',
    headers: [],
    body: undefined,
    timeoutMs: 5000,
    signal: undefined,
  };
  const send = () => client.send({ ...request, headers: ['Host', 'gw.test'] });
  expect((await send()).status).toBe(200);
  failOnlyAnswers();
  await expect(send()).rejects.toMatchObject({ kind: 'broken' });
  jest.restoreAllMocks();
  expect(defects).toHaveLength(1);
  expect((await send()).status).toBe(200);
  client.close();
  await under.server.stop(100);
});

/** Reads of answers fail; those of requests go on. */
function failOnlyAnswers(): void {
  const read: MessageParser['read'] = Reflect.get(MessageParser.prototype, 'read');
  jest.spyOn(MessageParser.prototype, 'read').mockImplementation(function (
    this: MessageParser,
    chunk,
    offset,
  ) {
    if (Buffer.from(chunk).toString('latin1', offset).startsWith('HTTP/'))
      throw new Error('a fault of our own');
    return read.call(this, chunk, offset);
  });
}

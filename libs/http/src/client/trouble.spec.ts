/** An origin in trouble is left alone until it is well: the breaker and the retry budget. */
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { clientOf, ok, origin, outcome, requestTo, stopCalling } from '../testing/calling';
import { until } from '../testing/raw-origin';
import { rested } from '../testing/rested';
import type { HttpClient } from './http-client';
import type { Origin } from './options';

afterEach(stopCalling);

/** A port on which nobody listens, as long as nobody else takes it. */
async function deadPort(): Promise<number> {
  const server = await listening(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('data', () => socket.end(ok('x'))));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

/** `attempts` counts the connections that were tried. */
function counting(breaker: { failures: number; pauseMs: number }): {
  client: HttpClient<Origin>;
  attempts: () => number;
} {
  let attempts = 0;
  const client = clientOf({
    breaker,
    connect: ({ hostname, port }, into) => {
      attempts++;
      return connect({
        host: hostname,
        port,
        onread: { buffer: into.buffer, callback: (n, b) => into.callback(n, b) },
      });
    },
  });
  return { client, attempts: () => attempts };
}

async function failing(client: HttpClient<Origin>, port: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) expect(await outcome(client.send(requestTo(port)))).toBe('unconnected');
}

describe('the breaker', () => {
  it('lets nobody call an origin that refused so many times, and tells the same fault', async () => {
    const port = await deadPort();
    const { client, attempts } = counting({ failures: 5, pauseMs: 60_000 });
    await failing(client, port, 20);
    expect(attempts()).toBe(5);
    expect(client.connections).toBe(0);
    await expect(client.send(requestTo(port))).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('keeps apart what has different keys', async () => {
    const port = await deadPort();
    const { client, attempts } = counting({ failures: 1, pauseMs: 60_000 });
    await failing(client, port, 3);
    const other = { ...requestTo(port).origin, key: 'other' };
    expect(await outcome(client.send(requestTo(port, { origin: other })))).toBe('unconnected');
    expect(attempts()).toBe(2);
  });

  it('lets one call through after the pause, and all when that is answered', async () => {
    const port = await deadPort();
    const { client, attempts } = counting({ failures: 3, pauseMs: 40 });
    await failing(client, port, 3);
    const many = (): Promise<string[]> =>
      Promise.all(Array.from({ length: 10 }, () => outcome(client.send(requestTo(port)))));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(new Set(await many())).toEqual(new Set(['unconnected']));
    expect(attempts()).toBe(4);
    const server = await listening(port);
    let answered = '';
    await until(() => {
      void outcome(client.send(requestTo(port))).then((text) => (answered = text));
      return answered === '200 x';
    }, 'the probe is answered');
    expect(await many()).toEqual(Array.from({ length: 10 }, () => '200 x'));
    await new Promise((resolve) => server.close(resolve));
  });

  it('counts no answer, whatever it says, and no answer that is late', async () => {
    const slow = await origin((socket, request) => {
      if (!request.includes('/late')) socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n');
    });
    const client = clientOf({ breaker: { failures: 2, pauseMs: 60_000 } });
    for (let i = 0; i < 4; i++) expect(await outcome(client.send(requestTo(slow.port)))).toBe('503 ');
    for (let i = 0; i < 4; i++)
      expect(await outcome(client.send(requestTo(slow.port, { target: '/late', timeoutMs: 20 })))).toBe(
        'timeout',
      );
    expect(slow.accepted).toBeGreaterThanOrEqual(4);
    expect(await outcome(client.send(requestTo(slow.port)))).toBe('503 ');
  });

  it('counts what breaks off, but not what the caller breaks off', async () => {
    const broken = await origin((socket) => socket.destroy());
    const client = clientOf({ breaker: { failures: 3, pauseMs: 60_000 } });
    const failingUpload = {
      length: undefined,
      stream: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the client left')) }),
      }),
    };
    const silent = await origin(() => undefined);
    for (let i = 0; i < 5; i++) {
      const request = requestTo(silent.port, { method: 'POST', body: failingUpload });
      expect(await outcome(client.send(request))).toBe('broken');
    }
    expect(silent.accepted).toBe(5);
    for (let i = 0; i < 5; i++) expect(await outcome(client.send(requestTo(broken.port)))).toBe('broken');
    expect(broken.accepted).toBe(3);
  });
});

it('at most a tenth of the calls is repeated, beyond a small reserve', async () => {
  let isMoody = false;
  let repeated = 0;
  const moody = await origin((socket, _request, count) => {
    if (!isMoody) socket.write(ok('x'));
    else if (count === 1) {
      repeated++;
      socket.write(ok('x'));
    } else socket.destroy();
  });
  const client = clientOf();
  const get = (): Promise<string> => outcome(client.send(requestTo(moody.port)));
  const warm = await Promise.all(Array.from({ length: 300 }, get));
  expect(new Set(warm)).toEqual(new Set(['200 x']));
  await rested();
  isMoody = true;
  const outcomes = await Promise.all(Array.from({ length: 300 }, get));
  // A reserve of 100, a tenth of 600 calls, and what a second or less refills.
  expect(repeated).toBeGreaterThanOrEqual(159);
  expect(repeated).toBeLessThan(175);
  expect(outcomes.filter((text) => text === '200 x')).toHaveLength(repeated);
  expect(outcomes.filter((text) => text === 'broken')).toHaveLength(300 - repeated);
});

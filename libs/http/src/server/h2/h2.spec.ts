/** HTTP/2 towards clients, spoken to with Node's own client, and with raw frames where that would be too polite. */
import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../../testing/certificate';
import { until } from '../../testing/raw-origin';
import { serving, type Given, type Serving } from '../../testing/serving';

const TLS = { key: PRIVATE_KEY, cert: CERTIFICATE };
const started: Serving[] = [];
const sessions: ClientHttp2Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await Promise.all(started.splice(0).map(({ server }) => server.stop(0)));
});

async function answering(
  decide: Parameters<typeof serving>[0],
  options: Parameters<typeof serving>[1] = {},
): Promise<Serving> {
  const under = await serving(decide, options, TLS);
  started.push(under);
  return under;
}

function sessionTo({ port }: Serving): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  session.on('error', () => undefined);
  sessions.push(session);
  return session;
}

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly code: number | undefined;
}

function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body: string | undefined = undefined,
): Promise<Heard> {
  const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return heard(stream);
}

function heard(stream: ClientHttp2Stream): Promise<Heard> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders = {};
    let body = '';
    stream.on('response', (got) => (headers = got));
    stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
    stream.on('error', () => undefined);
    stream.on('close', () => resolve({ headers, body, code: stream.rstCode }));
  });
}

const echo = async ({ method, path, query, host, headers, protocol, body }: Serving['asked'][number]) => {
  const text = Buffer.from(await body.gather(1_000_000)).toString();
  return {
    headers: ['X-One', '1', 'x-one', '2'],
    body: JSON.stringify({ method, path, query, host, headers, protocol, text }),
  };
};

it('carries requests and answers', async () => {
  const under = await answering(echo);
  const session = sessionTo(under);
  const { headers, body } = await ask(
    session,
    { ':method': 'POST', ':path': '/a%2Fb?c=d', ':authority': 'Api.Example:8443', 'x-two': ['a', 'b'] },
    'hello',
  );
  expect(headers).toMatchObject({ ':status': 200, 'x-one': '1, 2', 'content-length': String(body.length) });
  expect(JSON.parse(body)).toEqual({
    method: 'POST',
    path: '/a%2Fb',
    query: 'c=d',
    host: 'api.example',
    headers: ['host', 'Api.Example:8443', 'x-two', 'a', 'x-two', 'b'],
    protocol: 'HTTP/2.0',
    text: 'hello',
  });
});

it('says HTTP/1.1 to those who do not ask for more', async () => {
  const under = await answering(({ protocol }) => ({ body: protocol }));
  const socket = connectTls({ port: under.port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
    socket.write('GET / HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n'),
  );
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  expect(text).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\n\r\nHTTP\/1\.1$/);
});

it('HEAD and 204 have no body, and cookies are one field', async () => {
  const under = await answering(({ path, headers }) =>
    path === '/none' ? { status: 204 } : { body: JSON.stringify(headers) },
  );
  const session = sessionTo(under);
  const head = await ask(session, { ':method': 'HEAD', cookie: ['a=1', 'b=2'] });
  expect(head).toMatchObject({ body: '', headers: { ':status': 200 } });
  expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  const none = await ask(session, { ':path': '/none' });
  expect([none.headers[':status'], none.headers['content-length'], none.body]).toEqual([204, undefined, '']);
  expect(JSON.parse((await ask(session, { cookie: ['a=1', 'b=2'] })).body)).toContain('a=1; b=2');
});

it('pairs 2,000 answers with their requests on one connection', async () => {
  const under = await answering(async ({ path, body }) => {
    const bytes = await body.gather(100_000);
    if (path.length % 2) await new Promise((resolve) => setImmediate(resolve));
    return { body: `${path}:${bytes.byteLength}` };
  });
  const session = sessionTo(under);
  for (let round = 0; round < 40; round++) {
    const asked = Array.from({ length: 50 }, async (_none, i) => {
      const path = `/${round}/${i}`;
      const upload = i % 3 === 0 ? 'x'.repeat(i * 100) : undefined;
      const { body } = await ask(
        session,
        { ':path': path, ...(upload !== undefined && { ':method': 'POST' }) },
        upload,
      );
      expect(body).toBe(`${path}:${upload?.length ?? 0}`);
    });
    await Promise.all(asked);
  }
  expect(under.finished).toHaveLength(2000);
  expect(under.finished.every(({ isComplete }) => isComplete)).toBe(true);
});

describe('the rules of HTTP/1.1 hold', () => {
  it.each<[string, OutgoingHttpHeaders, number | undefined]>([
    ['TRACE', { ':method': 'TRACE' }, 405],
    ['a host that is none', { ':authority': 'a_b' }, 400],
    ['a host that is no text for one', { ':authority': 'a b' }, undefined],
    ['two hosts that differ', { ':authority': 'a.test', host: 'b.test' }, 400],
    ['a target that is too long', { ':path': `/${'x'.repeat(9000)}` }, 414],
    ['a target that is no path', { ':path': 'x' }, undefined],
    ['an expectation', { expect: 'the-moon' }, 417],
  ])('%s (undefined = reset)', async (_what, headers, status) => {
    const under = await answering(() => ({ body: 'served' }));
    expect((await ask(sessionTo(under), headers)).headers[':status']).toBe(status);
    expect(under.asked).toEqual([]);
  });

  it('names with an underscore are dropped', async () => {
    const under = await answering(({ headers }) => ({ body: headers.join() }));
    const { body } = await ask(sessionTo(under), { x_principal_id: 'admin', ':authority': 'gw' });
    expect(body).toBe('host,gw');
  });

  it('more fields than are allowed are refused', async () => {
    const under = await answering(() => ({ body: 'served' }));
    const many = Object.fromEntries(Array.from({ length: 400 }, (_none, i) => [`x-${i}`, '1']));
    expect((await ask(sessionTo(under), many)).headers[':status']).toBeUndefined();
    expect(under.asked).toEqual([]);
  });
});

describe('streaming', () => {
  async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      yield Buffer.alloc(size, 'y');
    }
  }

  it('an answer comes as it is made, and its source waits for the client', async () => {
    let isGivenBack = false;
    let made = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of chunks(10_000, 65_536)) {
          made++;
          yield chunk;
        }
      } finally {
        isGivenBack = true;
      }
    }
    const under = await answering(() => ({ body: source() }));
    const stream = sessionTo(under).request({ ':path': '/' });
    stream.on('error', () => undefined);
    await once(stream, 'response');
    stream.pause();
    let last = -1;
    await until(() => {
      const isStill = last === made;
      last = made;
      return isStill && made > 0;
    }, 'the source waits');
    expect(made).toBeLessThan(100);
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => under.finished.length === 1 && isGivenBack, 'given up');
    expect(under.finished[0]?.isComplete).toBe(false);
    expect(under.asked[0]?.signal.aborted).toBe(true);
  });

  it('an answer that breaks off is reset', async () => {
    const under = await answering(() => ({
      body: (async function* () {
        yield* chunks(1, 10);
        throw new Error('the origin died');
      })(),
    }));
    const { headers, code } = await ask(sessionTo(under));
    expect(headers[':status']).toBe(200);
    expect(code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    expect(under.finished).toEqual([{ bytes: 10, isComplete: false }]);
  });

  it('an upload that breaks off is told to whoever reads it', async () => {
    const failed: unknown[] = [];
    const under = await answering(({ body }) =>
      body.gather(100).then(
        () => ({ body: 'all of it' }),
        (error: unknown) => (failed.push(error), { status: 400 }),
      ),
    );
    const session = sessionTo(under);
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    stream.on('error', () => undefined);
    stream.write('half');
    await until(() => under.asked.length === 1, 'asked');
    session.destroy();
    await until(() => failed.length === 1, 'told');
  });

  it('an early answer to an upload ends the stream without an error', async () => {
    const under = await answering(() => ({ status: 413, body: 'too much' }));
    const session = sessionTo(under);
    const stream = session.request({ ':path': '/', ':method': 'POST' });
    stream.write(Buffer.alloc(10_000));
    expect(await heard(stream)).toMatchObject({ headers: { ':status': 413 }, body: 'too much', code: 0 });
    expect((await ask(session)).headers[':status']).toBe(413);
  });
});

describe('deadlines', () => {
  it('of an upload that is too slow', async () => {
    const under = await answering(async ({ body }) => ({ body: await body.gather(100) }), {
      deadlines: { bodyGraceMs: 60 },
    });
    const stream = sessionTo(under).request({ ':path': '/', ':method': 'POST' });
    stream.write('half');
    expect((await heard(stream)).headers[':status']).toBe(408);
  });

  it('of an upload do not end an answer that began before its end, while it moves', async () => {
    const under = await answering(({ body }) => ({ body: body.stream() }), {
      deadlines: { bodyGraceMs: 60 },
    });
    const stream = sessionTo(under).request({ ':path': '/', ':method': 'POST' });
    const answer = heard(stream);
    for (let i = 0; i < 10; i++) {
      stream.write('x'.repeat(100));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    stream.end();
    expect(await answer).toMatchObject({ body: 'x'.repeat(1000), code: 0 });
  });

  it('of a client that takes no bytes', async () => {
    const under = await answering(() => ({ body: Buffer.alloc(3_000_000) }), { deadlines: { stallMs: 80 } });
    const stream = sessionTo(under).request({ ':path': '/' });
    stream.on('error', () => undefined);
    await once(stream, 'response');
    stream.pause();
    await until(() => under.finished.length === 1, 'given up');
    expect(under.finished[0]?.isComplete).toBe(false);
  });

  it('of a connection on which nothing is asked', async () => {
    const under = await answering(() => ({ body: 'x' }), { deadlines: { headMs: 60, idleMs: 60 } });
    const unused = sessionTo(under);
    const used = sessionTo(under);
    await ask(used);
    await until(() => unused.closed && used.closed, 'both closed');
    await until(() => under.server.openConnections === 0, 'gone');
  });
});

it('a stop answers what runs, and asks for no more', async () => {
  let answer = (): void => undefined;
  const under = await serving(
    () => new Promise<Given>((resolve) => (answer = () => resolve({ body: 'late' }))),
    {},
    TLS,
  );
  const session = sessionTo(under);
  let isTold = false;
  session.on('goaway', () => (isTold = true));
  const running = ask(session);
  await until(() => under.asked.length === 1, 'asked');
  const stopped = under.server.stop(3000);
  await until(() => isTold, 'goaway');
  answer();
  expect((await running).body).toBe('late');
  await stopped;
});

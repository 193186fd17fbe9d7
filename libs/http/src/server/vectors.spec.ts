import { connect } from 'node:net';
import { say } from '../testing/raw-client';
import { serving, type Serving } from '../testing/serving';
import { C, H, NEXT, REFUSED, SERVED, TE } from '../testing/vectors';
import { DROPPING_RULES, READING_RULES, REQUEST_RULES, UPGRADE_RULES } from '../rules';

let under: Serving;
let handledBytes = 0;
beforeAll(async () => {
  under = await serving(async ({ body }) => {
    handledBytes += (await body.gather(1_000_000)).byteLength;
    return { body: 'served' };
  });
});
afterAll(() => under.server.stop(0));
beforeEach(() => {
  under.asked.length = 0;
  handledBytes = 0;
});

it.each(REFUSED)('refused, and nothing after it served: %s', async (_name, bytes, status) => {
  const heard = await say(under.port, bytes + NEXT);
  expect(heard.statuses).toEqual([status]);
  expect(heard.wasReset).toBe(false);
  expect(heard.text).toMatch(/^connection: close\r$/im);
  expect(under.asked.map(({ path }) => path)).not.toContain('/next');
  expect(under.asked).toHaveLength(0);
  expect(handledBytes).toBe(0);
});

it.each(REFUSED)('refused byte by byte: %s', async (name, bytes, status) => {
  if (bytes.length > 5000) return;
  const text = await new Promise<string>((resolve) => {
    let heard = '';
    let at = 0;
    const socket = connect({ port: under.port, host: '127.0.0.1', noDelay: true });
    const next = (): void => {
      if (at < bytes.length && socket.writable)
        socket.write(bytes.charAt(at++), 'latin1', () => setImmediate(next));
      else if (socket.writable) socket.write(NEXT);
    };
    socket.on('connect', next);
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
  expect([name, text.slice(9, 12), text.match(/HTTP\/1\.1 /g)?.length]).toEqual([name, String(status), 1]);
  expect(under.asked.map(({ path }) => path)).not.toContain('/next');
});

it.each(SERVED)('served: %s', async (_name, bytes) => {
  expect((await say(under.port, bytes)).statuses).toEqual([200]);
});

it('S27: the body of a GET is handed over', async () => {
  await say(under.port, `GET / HTTP/1.1\r\n${H}${C}Content-Length: 3\r\n\r\nabc`);
  expect(handledBytes).toBe(3);
});

it('S28: trailers are dropped', async () => {
  await say(under.port, `POST / HTTP/1.1\r\n${H}${C}${TE}\r\n3\r\nabc\r\n0\r\nAuthorization: x\r\n\r\n`);
  expect(under.asked[0]?.headers.join()).not.toMatch(/authorization/i);
});

it('T2: an early answer to an unread body is the last', async () => {
  const early = await serving(() => ({ status: 403, body: 'no' }));
  const head = `POST /deny HTTP/1.1\r\n${H}Content-Length: 37\r\n\r\n`;
  const client = say(early.port, head);
  const heard = await client;
  expect(heard.statuses).toEqual([403]);
  expect(heard.text).toMatch(/^connection: close\r$/im);
  const smuggled = await say(early.port, `${head}GET /smuggled HTTP/1.1\r\nHost: x\r\n`);
  expect(smuggled.statuses).toEqual([403]);
  expect(early.asked.map(({ path }) => path)).toEqual(['/deny', '/deny']);
  await early.server.stop(0);
});

it('T3: what follows a request for an upgrade is not served', async () => {
  const upgrade = `GET /a HTTP/1.1\r\n${H}Connection: Upgrade\r\nUpgrade: foo\r\n\r\n`;
  expect((await say(under.port, upgrade + NEXT)).statuses).toEqual([200]);
  expect(under.asked.map(({ path }) => path)).toEqual(['/a']);
});

it('every rule names its RFC section and a vector', () => {
  const known = [...REFUSED, ...SERVED].map(([name]) => name.split(' ')[0]);
  for (const { rfc, vectors } of REQUEST_RULES) {
    expect(rfc).toMatch(/^\d{4} \d/);
    expect(vectors.length).toBeGreaterThan(0);
    for (const vector of vectors) expect(known).toContain(vector);
  }
  for (const { rfc } of [...READING_RULES, ...DROPPING_RULES, ...UPGRADE_RULES])
    expect(rfc).toMatch(/^\d{4} \d/);
});

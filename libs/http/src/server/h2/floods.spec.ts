/** Floods of HTTP/2 frames end at the protocol: few become requests, and other clients do not notice. */
import { connect } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../../testing/certificate';
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  fieldBlock,
  frame,
  HEADERS,
  number32,
  PING,
  rawSession,
  requestBlock,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from '../../testing/h2-frames';
import { until } from '../../testing/raw-origin';
import { serving, type Serving } from '../../testing/serving';

let under: Serving;
beforeEach(async () => {
  under = await serving(() => ({ body: 'x' }), {}, { key: PRIVATE_KEY, cert: CERTIFICATE });
});
afterEach(() => under.server.stop(0));

const FRAMES = 20_000;
const CANCEL = 8;

function statusOfAnother(): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://127.0.0.1:${under.port}`, { rejectUnauthorized: false });
    session.on('error', reject);
    const stream = session.request({ ':path': '/other' });
    stream.on('error', reject);
    stream.on('response', (headers) => {
      resolve(Number(headers[':status']));
      session.destroy();
    });
  });
}

/** Writes until all is written, or the server has had enough. */
async function flood(socket: TLSSocket, frameAt: (index: number) => Buffer, frames = FRAMES): Promise<void> {
  for (let i = 0; i < frames && !socket.destroyed; i += 100) {
    const batch = Buffer.concat(Array.from({ length: 100 }, (_none, k) => frameAt(i + k)));
    if (!socket.write(batch) && !socket.destroyed)
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          socket.off('drain', settle).off('close', settle);
          resolve();
        };
        socket.on('drain', settle).on('close', settle);
      });
  }
}

const streamAt = (index: number): number => 2 * index + 1;
const flooding = (): number => under.asked.filter(({ path }) => path === '/').length;

it.each<[string, (index: number) => Buffer, ((socket: TLSSocket) => void) | undefined]>([
  [
    'streams that are reset as soon as they are open',
    (i) =>
      Buffer.concat([
        frame(HEADERS, END_HEADERS | END_STREAM, streamAt(i), requestBlock('GET')),
        frame(RST_STREAM, 0, streamAt(i), number32(CANCEL)),
      ]),
    undefined,
  ],
  [
    'heads without an end',
    () => frame(CONTINUATION, 0, 1, fieldBlock([['x-more', 'y'.repeat(100)]])),
    (socket) => socket.write(frame(HEADERS, END_STREAM, 1, requestBlock('GET'))),
  ],
  ['settings', () => frame(SETTINGS, 0, 0), undefined],
  ['pings', () => frame(PING, 0, 0, Buffer.alloc(8)), undefined],
  [
    'pieces of a body without a byte',
    () => frame(DATA, 0, 1),
    (socket) => socket.write(frame(HEADERS, END_HEADERS, 1, requestBlock('POST'))),
  ],
])('%s: the connection is closed', async (_what, frameAt, before) => {
  const socket = await rawSession(under.port);
  before?.(socket);
  const flooded = flood(socket, frameAt);
  expect(await statusOfAnother()).toBe(200);
  await flooded;
  await until(() => socket.destroyed || socket.readableEnded, 'closed');
  expect(flooding()).toBeLessThanOrEqual(300);
  socket.destroy();
});

it('window updates by the thousand cost nobody else anything', async () => {
  const socket = await rawSession(under.port);
  const flooded = flood(socket, () => frame(WINDOW_UPDATE, 0, 0, number32(1)));
  expect(await statusOfAnother()).toBe(200);
  await flooded;
  expect(flooding()).toBe(0);
  socket.destroy();
});

it('more streams at once than are allowed are refused', async () => {
  const socket = await rawSession(under.port);
  await flood(socket, (i) => frame(HEADERS, END_HEADERS, streamAt(i), requestBlock('POST')), 400);
  expect(await statusOfAnother()).toBe(200);
  expect(flooding()).toBeLessThanOrEqual(300);
  socket.destroy();
});

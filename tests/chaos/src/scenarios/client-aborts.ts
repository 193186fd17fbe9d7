/** Clients leave at random points; the origin must hear of each. No bulk data: nothing but the abort wakes the gateway. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { until } from '@gatehouse/platform/testing';
import { requestText } from '../peers/connection';
import { below, oneOf } from '../random';
import { atMost, exactly, quantile, told, type Scenario } from '../scenario';

const AT_ONCE = 20;
const KINDS = ['held', 'dripped', 'uploaded'] as const;
type Kind = (typeof KINDS)[number];

export const clientAborts: Scenario = {
  name: 'an origin connection is freed within 100 ms after its client left',
  sizes: { short: 200, medium: 4000, long: 4000 },
  run: async ({ size, isStrict, world, random }) => {
    const origin = await startWatchingOrigin();
    await world.proxyTo(origin.port, 29_000);
    const node = await world.node();
    const took: Record<Kind, number[]> = { held: [], dripped: [], uploaded: [] };
    let next = 0;
    const leaveAll = async (): Promise<void> => {
      while (next < size) {
        const id = next++;
        const kind = oneOf(random, ...KINDS);
        took[kind].push(await leave(node.port, kind, id, origin, random));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, leaveAll));
    const all = Object.values(took).flat();
    await until('the origin holds nothing', () => origin.open() === 0);
    await origin.stop();
    return [
      exactly('freed', all.length, size),
      atMost('slowest, ms', quantile(all, 1), isStrict ? 100 : 5000),
      told('p95, ms', quantile(all, 0.95)),
      ...KINDS.map((kind) => told(`slowest ${kind} (of ${took[kind].length}), ms`, quantile(took[kind], 1))),
    ];
  },
};

interface Watched {
  readonly heardBytes: number;
  readonly closedAt: number | undefined;
}

async function startWatchingOrigin() {
  const watched = new Map<string, { heardBytes: number; closedAt: number | undefined }>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let current: { heardBytes: number; closedAt: number | undefined } | undefined;
    let drip: NodeJS.Timeout | undefined;
    socket.on('data', (chunk: Buffer) => {
      const [, kind, id] = /^\w+ \/(\w+)\/(\d+) /.exec(chunk.toString('latin1')) ?? [];
      if (id !== undefined) watched.set(id, (current = { heardBytes: 0, closedAt: undefined }));
      if (current !== undefined) current.heardBytes += chunk.length;
      if (kind === 'dripped') {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        drip = setInterval(() => socket.write('5\r\nabcde\r\n'), 5);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(drip);
      sockets.delete(socket);
      if (current !== undefined) current.closedAt = performance.now();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    of: (id: number): Watched | undefined => watched.get(String(id)),
    open: () => sockets.size,
    stop: async () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Resolves with the milliseconds from the client's leave to the close at the origin. */
async function leave(
  port: number,
  kind: Kind,
  id: number,
  origin: Awaited<ReturnType<typeof startWatchingOrigin>>,
  random: () => number,
): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  let heard = 0;
  socket.on('data', (chunk: Buffer) => (heard += chunk.length));
  socket.on('error', () => undefined);
  const path = `/${kind}/${id}`;
  if (kind === 'uploaded') {
    // Longer than what the gateway gathers, so that the origin gets the head before the end.
    const length = 200_000;
    socket.write(requestText({ method: 'POST', path, fields: `Content-Length: ${length}\r\n` }));
    socket.write('x'.repeat(1000 + below(random, length - 2000)));
  } else socket.write(requestText({ path }));
  await until(`the origin hears of ${path}`, () => origin.of(id) !== undefined);
  const enough = kind === 'dripped' ? below(random, 600) : 0;
  await until(`${enough} bytes of ${path}`, () => heard >= enough);
  const leftAt = performance.now();
  if (random() < 0.5) socket.destroy();
  else socket.resetAndDestroy();
  await until(`the origin is rid of ${path}`, () => origin.of(id)?.closedAt !== undefined, 10_000);
  return (origin.of(id)?.closedAt ?? Infinity) - leftAt;
}

/** Which requests are passed on as an upgrade, and what passes on the 101. */
import type { ByteChannel } from '../exchange';
import type { UpstreamReply, UpstreamRequest } from '../ports';
import {
  bodyOf,
  fakeWorld,
  gatewayOf,
  request,
  routeOf,
  snapshotOf,
  type FakeWorld,
  type AskedFor,
} from '../testing/fake-world';

class Channel implements ByteChannel {
  isAborted = false;
  isEnded = false;
  written = '';
  readonly signal = new AbortController().signal;
  readonly incoming = bodyOf('from the origin').stream();

  async write(bytes: Uint8Array): Promise<void> {
    this.written += Buffer.from(bytes).toString();
  }

  end(): void {
    this.isEnded = true;
  }

  abort(): void {
    this.isAborted = true;
  }
}

const FIELDS = [
  'Upgrade',
  'websocket',
  'Connection',
  'Upgrade, X-Hop',
  'X-Hop',
  '1',
  'Sec-WebSocket-Accept',
  'abc',
  'Set-Cookie',
  'a=1',
];
const ASKED: AskedFor = {
  path: '/prod/x',
  asksWebSocket: true,
  headers: ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Key', 'key'],
};

let world: FakeWorld;
let channel: Channel;
let upgrades: (string | undefined)[];

beforeEach(() => {
  world = fakeWorld();
  channel = new Channel();
  upgrades = [];
  world.backend = async ({ upgrade }: UpstreamRequest): Promise<UpstreamReply> => {
    upgrades.push(upgrade);
    return upgrade === undefined
      ? { status: 200, headers: [], body: bodyOf('plain') }
      : { status: 101, headers: [...FIELDS], body: bodyOf(''), channel };
  };
});

const snapshot = (kind: 'REST' | 'HTTP', integration: Parameters<typeof routeOf>[1] = {}) =>
  snapshotOf({ kind, accessLog: {}, routes: [routeOf('ANY /x', integration)] });

it.each(['REST', 'HTTP'] as const)('%s: an upgrade is asked for, and its 101 passes', async (kind) => {
  const gateway = gatewayOf(world, snapshot(kind));
  const answer = await gateway.handle(request(ASKED));
  expect(upgrades).toEqual(['websocket']);
  expect(world.sent[0]?.headers).toEqual(expect.arrayContaining(['Sec-WebSocket-Key', 'key']));
  expect(world.sent[0]?.headers.join()).not.toMatch(/upgrade/i);
  expect(answer.status).toBe(101);
  expect(answer.body).toBeUndefined();
  expect(answer.headers).toEqual(
    expect.arrayContaining(['Sec-WebSocket-Accept', 'abc', 'Set-Cookie', 'a=1']),
  );
  expect(answer.headers.join()).not.toMatch(/upgrade|x-hop|content-type|content-length|remapped/i);
});

it('is recorded when it ends: 101, and the bytes of both directions', async () => {
  const answer = await gatewayOf(world, snapshot('HTTP')).handle(request(ASKED));
  await answer.channel?.write(Buffer.from('from the client'));
  expect(channel.written).toBe('from the client');
  expect(world.outcomes).toEqual([]);
  answer.finish(7, true);
  expect(world.outcomes).toMatchObject([{ status: 101, requestBytes: 15, responseBytes: 7 }]);
  expect(world.lines[0]).toContain('"status":101,"responseLength":7,');
});

it('a channel is the integration’s own', async () => {
  const answer = await gatewayOf(world, snapshot('HTTP')).handle(request(ASKED));
  expect(answer.channel?.signal).toBe(channel.signal);
  let text = '';
  for await (const bytes of answer.channel?.incoming ?? []) text += Buffer.from(bytes).toString();
  expect(text).toBe('from the origin');
  answer.channel?.end();
  answer.channel?.abort();
  expect([channel.isEnded, channel.isAborted]).toEqual([true, true]);
});

it.each<[string, Parameters<typeof routeOf>[1], AskedFor]>([
  ['a request without it', {}, { ...ASKED, asksWebSocket: false }],
  ['an integration of type HTTP', { type: 'HTTP' }, ASKED],
  ['an integration with a verb of its own', { method: 'POST' }, ASKED],
  ['an overridden verb', {}, { ...ASKED, headers: ['X-HTTP-Method-Override', 'PUT'] }],
])('ignored: %s', async (_name, integration, asked) => {
  const gateway = gatewayOf(world, snapshot('REST', integration));
  const answer = await gateway.handle(request(asked));
  expect(upgrades).toEqual([undefined]);
  expect(answer.status).not.toBe(101);
  expect(answer.channel).toBeUndefined();
});

it('an origin that does not switch is answered as ever', async () => {
  world.backend = {
    status: 426,
    headers: ['Upgrade', 'websocket', 'Sec-WebSocket-Version', '13'],
    body: 'no',
  };
  const answer = await gatewayOf(world, snapshot('HTTP')).handle(request(ASKED));
  expect([answer.status, answer.channel]).toEqual([426, undefined]);
  expect(answer.headers.slice(0, 2)).toEqual(['Sec-WebSocket-Version', '13']);
});

it('a step that fails behind the 101 gives the channel back', async () => {
  const uuid = jest
    .fn(() => world.kit.random.uuid())
    .mockImplementationOnce(() => {
      throw new Error('a fault of our own');
    });
  const kit = { ...world.kit, random: { ...world.kit.random, uuid } };
  const gateway = gatewayOf({ ...world, kit }, snapshot('REST'));
  const answer = await gateway.handle(request(ASKED));
  expect(answer.status).toBe(500);
  expect(channel.isAborted).toBe(true);
});

/** The origin dies in the middle of an answer: whoever reads it must be able to tell, and at once. */
import type { Socket } from 'node:net';
import { startRawOrigin } from '@gatehouse/http/testing';
import { until } from '@gatehouse/platform/testing';
import { briefly, Connection, requestText, type Outcome } from '../peers/connection';
import { below, oneOf } from '../random';
import { atMost, exactly, none, quantile, told, type Scenario } from '../scenario';

const AT_ONCE = 8;

/** How an answer announces its end; what of the body is sent; how the origin goes. An end of a body without length is its end. */
const DEATHS = {
  'length, end': { framing: 'length', isReset: false },
  'length, reset': { framing: 'length', isReset: true },
  'within a chunk, end': { framing: 'half chunk', isReset: false },
  'within a chunk, reset': { framing: 'half chunk', isReset: true },
  'between chunks, end': { framing: 'chunk', isReset: false },
  'between chunks, reset': { framing: 'chunk', isReset: true },
  'no framing, reset': { framing: 'none', isReset: true },
} as const;
type Death = (typeof DEATHS)[keyof typeof DEATHS];
const ALL = Object.keys(DEATHS) as (keyof typeof DEATHS)[];

export const originDies: Scenario = {
  name: 'when the origin dies within an answer its client knows within 50 ms, and no answer looks whole',
  sizes: { short: 200, medium: 2000, long: 10_000 },
  run: async ({ size, isStrict, world, random }) => {
    const dying = new Map<string, Socket>();
    const origin = await startRawOrigin((socket, request) => {
      const [, death = '0', id = '', bytes = '0'] = /^GET \/(\d)\/(\d+)\/(\d+) /.exec(request) ?? [];
      const name = ALL[Number(death)];
      if (name === undefined) return;
      socket.write(beginning(DEATHS[name], Number(bytes)), () => dying.set(id, socket));
    });
    await world.proxyTo(origin.port);
    const node = await world.node();
    const took: number[] = [];
    const whole: string[] = [];
    const outcomes = new Map<string, number>();
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < size) {
        const id = String(next++);
        const death = below(random, ALL.length);
        const bytes = oneOf(random, 1, 100, 3000, 100_000);
        const version = random() < 0.3 ? '1.0' : '1.1';
        const connection = new Connection(node.port);
        const answered = connection.ask(requestText({ path: `/${death}/${id}/${bytes}`, version }));
        await until('the origin has sent its part', () => dying.has(id));
        // Now and then before the gateway has passed anything on.
        const isPassedOn = !isGathered(DEATHS[ALL[death] ?? 'length, end'], bytes);
        if (isPassedOn && random() < 0.8)
          await until('the client has its part', () => connection.parser.heard === 'a head');
        const diedAt = performance.now();
        die(dying.get(id), DEATHS[ALL[death] ?? 'length, end']);
        const outcome = await answered;
        took.push(performance.now() - diedAt);
        const seen = classOf(outcome);
        outcomes.set(seen, (outcomes.get(seen) ?? 0) + 1);
        if (seen === 'looks whole')
          whole.push(`${ALL[death]} of ${bytes}, HTTP/${version}: ${briefly(outcome)}`);
        connection.close();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    await origin.stop();
    return [
      none('answers that looked whole, or were none', whole),
      exactly('answers', took.length, size),
      atMost('p95 until the client knew, ms', quantile(took, 0.95), isStrict ? 50 : 2000),
      told('slowest, ms', quantile(took, 1)),
      ...[...outcomes].map(([what, times]) => told(what, times)),
    ];
  },
};

/** The gateway passes on nothing of it before it has all of it. */
function isGathered({ framing }: Death, bytes: number): boolean {
  return framing === 'length' && bytes * 2 <= 65_536;
}

/** Twice as much as is sent is announced. */
function beginning({ framing }: Death, bytes: number): string {
  const body = 'x'.repeat(bytes);
  const head = 'HTTP/1.1 200 OK\r\n';
  switch (framing) {
    case 'length':
      return `${head}content-length: ${bytes * 2}\r\n\r\n${body}`;
    case 'half chunk':
      return `${head}transfer-encoding: chunked\r\n\r\n${(bytes * 2).toString(16)}\r\n${body}`;
    case 'chunk':
      return `${head}transfer-encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${body}\r\n`;
    case 'none':
      return `${head}connection: close\r\n\r\n${body}`;
  }
}

function die(socket: Socket | undefined, { isReset }: Death): void {
  if (isReset) socket?.resetAndDestroy();
  else socket?.destroy();
}

function classOf(outcome: Outcome): string {
  if (outcome.kind === 'broken') return `${outcome.how} after ${outcome.heard}`;
  if (outcome.kind === 'answer' && outcome.status >= 500) return `clean ${outcome.status}`;
  return 'looks whole';
}

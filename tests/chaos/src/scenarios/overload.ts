/** Three times as many requests as the origin can answer, whether they are answered or not. */
import { startRawOrigin } from '@gatehouse/http/testing';
import { until } from '@gatehouse/platform/testing';
import { briefly, Connection, requestText, type Outcome } from '../peers/connection';
import { atLeast, atMost, none, quantile, told, type Scenario } from '../scenario';

const AT_ONCE = 10;
const SERVICE_MS = 20;
const CAPACITY_PER_S = (AT_ONCE * 1000) / SERVICE_MS;
const TICK_MS = 10;

export const overload: Scenario = {
  name: 'at three times what the origin can do, it goes on doing what it can, and the rest is refused fast',
  sizes: { short: 3, medium: 20, long: 60 },
  run: async ({ size: seconds, isStrict, world }) => {
    const origin = await startLimitedOrigin();
    await world.proxyTo(origin.port);
    const node = await world.node();
    const peak = await surge(node.port, CAPACITY_PER_S * 1.1, isStrict ? 5 : 2);
    await until('the origin has caught up', () => origin.waiting() === 0);
    const over = await surge(node.port, CAPACITY_PER_S * 3, seconds);
    const endedAt = performance.now();
    await until('the origin has caught up', () => origin.waiting() === 0);
    const recoveredMs = performance.now() - endedAt;
    await Promise.all([peak.ended, over.ended]);
    await origin.stop();
    return [
      none('neither answered nor refused', [...peak.wrong, ...over.wrong]),
      atLeast('goodput, % of the peak', (100 * over.goodPerS) / peak.goodPerS, isStrict ? 90 : 60),
      atMost('p95 of refusals, ms', quantile(over.refusalMs, 0.95), isStrict ? 50 : 2000),
      told('peak, 1/s', peak.goodPerS),
      told('goodput, 1/s', over.goodPerS),
      told('offered, 1/s', over.offered / seconds),
      told('refused', over.refusalMs.length),
      told('p50 of refusals, ms', quantile(over.refusalMs, 0.5)),
      told('p99 of answers, ms', quantile(over.answerMs, 0.99)),
      told('backlog gone after, ms', recoveredMs),
    ];
  },
};

/** Serves so many at once and lets the others wait, without end, as an origin without a limit of its own does. */
async function startLimitedOrigin() {
  const queue: (() => void)[] = [];
  let busy = 0;
  const next = (): void => {
    while (busy < AT_ONCE) {
      const answer = queue.shift();
      if (answer === undefined) return;
      busy++;
      setTimeout(() => {
        answer();
        busy--;
        next();
      }, SERVICE_MS);
    }
  };
  const origin = await startRawOrigin((socket) => {
    queue.push(() => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    next();
  });
  return { port: origin.port, waiting: () => queue.length + busy, stop: () => origin.stop() };
}

interface Surge {
  readonly offered: number;
  readonly goodPerS: number;
  readonly refusalMs: readonly number[];
  readonly answerMs: readonly number[];
  readonly wrong: readonly string[];
  /** When the last of it has been answered. */
  readonly ended: Promise<unknown>;
}

/** Open loop: the beat does not wait for answers. */
async function surge(port: number, perSecond: number, seconds: number): Promise<Surge> {
  const idle: Connection[] = [];
  const refusalMs: number[] = [];
  const answerMs: number[] = [];
  const wrong: string[] = [];
  const asked: Promise<void>[] = [];
  const ask = async (): Promise<void> => {
    const connection = idle.pop() ?? new Connection(port);
    const from = performance.now();
    const outcome: Outcome = await connection.ask(requestText({}));
    const tookMs = performance.now() - from;
    if (outcome.kind === 'answer' && outcome.status === 200) answerMs.push(tookMs);
    else if (outcome.kind === 'answer' && outcome.status === 503) refusalMs.push(tookMs);
    else wrong.push(briefly(outcome));
    if (connection.isUsable) idle.push(connection);
  };
  const from = performance.now();
  let good = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - from;
      while (asked.length < (Math.min(elapsedMs, seconds * 1000) * perSecond) / 1000) asked.push(ask());
      if (elapsedMs < seconds * 1000) return;
      clearInterval(timer);
      good = answerMs.length;
      resolve();
    }, TICK_MS);
  });
  const ended = Promise.all(asked).then(() => idle.forEach((connection) => connection.close()));
  return { offered: asked.length, goodPerS: good / seconds, refusalMs, answerMs, wrong, ended };
}

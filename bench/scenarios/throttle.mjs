// What limits cost: CPU time per request with a limit of the stage and one of the account, both shared through Redis and both so
// high that nothing is refused, beside none.
import { startGatehouse, startOrigin, startRedis } from '../targets.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

const BARE = 'without limits';
const LIMITED = 'with limits';
const HIGH = 1_000_000;

export const throttle = {
  name: 'throttle',
  title: 'GET 1 KB through a REST API with limits of stage and account over Redis, beside none',
  async run(bench) {
    const redisUrl = await startRedis();
    if (redisUrl === undefined) return { notMeasured: 'there is no redis-server' };
    const originPort = await startOrigin(bench);
    const bare = await startGatehouse(bench, restProxy(originPort), { name: BARE });
    const snapshot = { ...restProxy(originPort), throttle: { rate: HIGH, burst: HIGH } };
    const settings = {
      REDIS_URL: redisUrl,
      GATEHOUSE_ACCOUNT_RATE_LIMIT: String(HIGH),
      GATEHOUSE_ACCOUNT_BURST_LIMIT: String(HIGH),
    };
    const limited = await startGatehouse(bench, snapshot, { name: LIMITED, settings });
    const rounds = await takeTurns(bench, [bare, limited], () => GET_1K);
    const summary = summarise(rounds, BARE);
    return { summary, rounds, figures: cpuFigures(summary, LIMITED, BARE, { goal: 1.05, must: 1.1 }) };
  },
};

// What a second worker costs: CPU time per request of all processes with two workers (and their supervisor), beside one.
import { startGatehouse, startOrigin } from '../targets.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

const ONE = '1 worker';
const TWO = '2 workers';

export const workers = {
  name: 'workers',
  title: 'GET 1 KB through a REST API, two workers beside one',
  async run(bench) {
    const originPort = await startOrigin(bench);
    const targets = [];
    for (const [name, count] of [
      [ONE, '1'],
      [TWO, '2'],
    ]) {
      const options = { name, settings: { GATEHOUSE_WORKERS: count } };
      targets.push(await startGatehouse(bench, restProxy(originPort), options));
    }
    const rounds = await takeTurns(bench, targets, () => GET_1K);
    const summary = summarise(rounds, ONE);
    return { summary, rounds, figures: cpuFigures(summary, TWO, ONE) };
  },
};

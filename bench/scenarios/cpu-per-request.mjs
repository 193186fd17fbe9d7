// CPU time per request beside nginx (and HAProxy, where there is one), for one kind of API and of traffic.
import { startGatehouse, startHaproxy, startNginxProxy, startOrigin } from '../targets.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { httpProxy, restProxy } from '../snapshots.mjs';

const SNAPSHOT = { REST: restProxy, HTTP: httpProxy };

/** `limits`: the ratio to nginx that is the goal, and the one that must be reached. */
export function cpuPerRequest({ name, kind, traffic, limits }) {
  const title = `${traffic.name} through ${kind === 'REST' ? 'a REST' : 'an HTTP'} API, metrics on`;
  return {
    name,
    title,
    async run(bench) {
      const originPort = await startOrigin(bench);
      const targets = [
        await startGatehouse(bench, SNAPSHOT[kind](originPort)),
        await startNginxProxy(bench, originPort),
        await startHaproxy(bench, originPort),
      ];
      return besideNginx(bench, targets, traffic, limits);
    },
  };
}

/** The targets, one of which is `gatehouse`, in turns; those that could not be started are left out. */
export async function besideNginx(bench, started, traffic, limits) {
  const targets = started.filter((target) => target !== undefined);
  const rounds = await takeTurns(bench, targets, () => traffic);
  const summary = summarise(rounds, 'nginx');
  return { summary, rounds, figures: cpuFigures(summary, 'gatehouse', 'nginx', limits) };
}

/** A row of the table at the end. */
export function cpuFigures(summary, name, base, limits) {
  const of = (target) => summary.find((one) => one.target === target);
  const [ours, theirs] = [of(name), of(base)];
  return [
    {
      what: 'CPU per request, us',
      gatehouse: ours.cpuMicrosPerRequest,
      beside: theirs && `${base} ${theirs.cpuMicrosPerRequest}`,
      ratio: ours.ratio,
      ...limits,
    },
  ];
}

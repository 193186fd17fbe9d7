// Proxies that run on Node too, beside nginx and us. They live in ../peers, with a lock file of their own, and are installed
// when they are first asked for.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { freePort, listens, start } from '../processes.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { here, startGatehouse, startHaproxy, startNginxProxy, startOrigin } from '../targets.mjs';

/** Name, and the program under ../peers. */
const PEERS = {
  'fast-gateway': 'fast-gateway',
  '@fastify/http-proxy': 'fastify',
  'http-proxy': 'http-proxy',
};

export function peers({ name, traffic, byNameOnly }) {
  return {
    name,
    title: `${traffic.name} through us and through other proxies`,
    byNameOnly,
    async run(bench) {
      const missing = installed();
      if (missing !== undefined) return { notMeasured: missing };
      const originPort = await startOrigin(bench);
      const targets = [
        await startGatehouse(bench, restProxy(originPort)),
        await startNginxProxy(bench, originPort),
        await startHaproxy(bench, originPort),
      ].filter((target) => target !== undefined);
      for (const [peer, program] of Object.entries(PEERS))
        targets.push(await startPeer(peer, program, originPort));
      const rounds = await takeTurns(bench, targets, () => traffic);
      const summary = summarise(rounds, 'nginx');
      return { summary, rounds, figures: figures(summary) };
    },
  };
}

/** `undefined`, or why they are not there. */
function installed() {
  const cwd = here('peers');
  if (existsSync(here('peers/node_modules'))) return undefined;
  console.log('installing bench/peers from the npm registry');
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd, encoding: 'utf8' });
  return status === 0 ? undefined : `bench/peers cannot be installed: ${stderr}`;
}

async function startPeer(name, program, originPort) {
  const port = await freePort();
  const args = [here(`peers/${program}.mjs`), String(port), String(originPort)];
  const { pid } = start('gateway', process.execPath, args, { env: { NODE_ENV: 'production' } });
  await listens(port);
  return { name, port, prefix: '', pid };
}

function figures(summary) {
  const ours = summary.find(({ target }) => target === 'gatehouse');
  return summary.map(({ target, cpuMicrosPerRequest, ratio = '-' }) => ({
    what: 'CPU per request, us',
    gatehouse: ours.cpuMicrosPerRequest,
    beside: `${target} ${cpuMicrosPerRequest} (${ratio} x nginx)`,
  }));
}

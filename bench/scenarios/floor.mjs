// What Node's sockets themselves cost on this machine: a relay of bytes beside nginx, and us beside it.
import { freePort, listens, start } from '../processes.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { here, startGatehouse, startNginxProxy, startOrigin } from '../targets.mjs';
import { GET_1K } from '../traffic.mjs';

export const floor = {
  name: 'floor',
  title: 'GET 1 KB through a relay of bytes on Node, nginx and us',
  byNameOnly: true,
  async run(bench) {
    const originPort = await startOrigin(bench);
    const targets = [
      await startGatehouse(bench, restProxy(originPort)),
      await startNginxProxy(bench, originPort),
      await startRelay(originPort),
    ].filter((target) => target !== undefined);
    const rounds = await takeTurns(bench, targets, () => GET_1K);
    const summary = summarise(rounds, 'nginx');
    const figures = summary.map(({ target, cpuMicrosPerRequest, ratio = '-' }) => ({
      what: `CPU per request, us, ${target}`,
      gatehouse: cpuMicrosPerRequest,
      ratio,
    }));
    return { summary, rounds, figures };
  },
};

async function startRelay(originPort) {
  const port = await freePort();
  const { pid } = start('gateway', process.execPath, [
    here('servers/relay.mjs'),
    String(port),
    String(originPort),
  ]);
  await listens(port);
  return { name: 'relay', port, prefix: '', pid };
}

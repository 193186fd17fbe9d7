// A route with everything on that tells about a request: metrics, access log, and 1 % of the requests as traces to a
// receiver. nginx beside it does none of that.
import { scrape, startGatehouse, startNginxProxy, startOrigin, startOtlpSink } from '../targets.mjs';
import { until } from '../processes.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

export const observed = {
  name: 'rest-observed',
  title: 'GET 1 KB through a REST API, metrics and access log on, 1 % of traces over OTLP',
  async run(bench) {
    const [originPort, sinkPort] = [await startOrigin(bench), await startOtlpSink()];
    const sink = `http://127.0.0.1:${sinkPort}`;
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    };
    const ours = await startGatehouse(bench, restProxy(originPort, { accessLog: true }), { settings });
    const targets = [ours, await startNginxProxy(bench, originPort)].filter((target) => target !== undefined);
    const rounds = await takeTurns(bench, targets, () => GET_1K);
    const told = await whatWasTold(ours, sink);
    const summary = summarise(rounds, 'nginx');
    const figures = cpuFigures(summary, ours.name, 'nginx', { goal: 2.2, must: 2.6 });
    return { summary, rounds, told, figures };
  },
};

/** A log that wrote nothing, or a trace that nobody got, would make a cheap figure. The warm-up counts here too. */
async function whatWasTold(target, sink) {
  const metric = await scrape(target);
  const requests = metric('gatehouse_requests_total');
  const logLines = metric('gatehouse_access_log_lines_total');
  let spansReceived = 0;
  // Two spans a trace, sent every 5 seconds or when a batch is full; a full queue may drop some.
  await until(async () => {
    spansReceived = Number(await (await fetch(sink)).text());
    return spansReceived >= requests * 0.01;
  }, `spans of ${requests} requests arrive`);
  return { requests, logLines, spansReceived };
}

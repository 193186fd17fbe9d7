/**
 * The engine's `Observer` as Prometheus series. Labels come from configuration only, and their number is bounded: a route
 * beyond the bound is counted under `_other`.
 */
import type { Observer, RequestOutcome } from '@gatehouse/engine';
import { Histogram } from './histogram';

const MAX_ROUTES = 10_000;
const OTHER = '_other';
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** Seconds; a tunnel lasts as long as somebody talks in it. */
const TUNNEL_BORDERS = [1, 10, 60, 300, 600, 1800, 3600, 7200, 21_600, 86_400];

class RouteSeries {
  readonly byClass = [0, 0, 0, 0, 0];
  readonly duration = new Histogram();
  /** Absent = there was none. */
  tunnels: Histogram | undefined = undefined;
  readonly integration = new Histogram();
  hasIntegration = false;
  requestBytes = 0;
  responseBytes = 0;
  cacheHits = 0;
  cacheMisses = 0;

  constructor(readonly labels: string) {}
}

export class RequestMetrics implements Observer {
  /** By API, stage and route: no name is put together for a request. */
  private readonly series = new Map<string, Map<string, Map<string, RouteSeries>>>();
  private routes = 0;

  constructor(private readonly maxRoutes = MAX_ROUTES) {}

  observe(outcome: RequestOutcome): void {
    const series = this.find(outcome);
    const statusClass = Math.min(5, Math.max(1, Math.floor(outcome.status / 100))) - 1;
    series.byClass[statusClass] = (series.byClass[statusClass] ?? 0) + 1;
    if (outcome.status === 101)
      (series.tunnels ??= new Histogram(TUNNEL_BORDERS)).add(outcome.latencyMs / 1000);
    else series.duration.add(outcome.latencyMs / 1000);
    series.requestBytes += outcome.requestBytes;
    series.responseBytes += outcome.responseBytes;
    if (outcome.cacheResult === 'hit') series.cacheHits++;
    else if (outcome.cacheResult === 'miss') series.cacheMisses++;
    if (outcome.integrationLatencyMs === undefined) return;
    series.hasIntegration = true;
    series.integration.add(outcome.integrationLatencyMs / 1000);
  }

  /** The stage is not served any longer: its series end, so that their number follows the configuration. */
  forget(apiId: string, stage: string): void {
    const stages = this.series.get(apiId);
    this.routes -= stages?.get(stage)?.size ?? 0;
    stages?.delete(stage);
    if (stages?.size === 0) this.series.delete(apiId);
  }

  expose(): string {
    const all = [...this.series.values()].flatMap((stages) =>
      [...stages.values()].flatMap((routes) => [...routes.values()]),
    );
    return [
      head('gatehouse_requests_total', 'counter', 'Requests answered.'),
      ...all.flatMap(({ byClass, labels }) => byClass.map((count, i) => classLine(labels, i, count))),
      head(
        'gatehouse_request_duration_seconds',
        'histogram',
        'From the request head to the last byte; tunnels are counted apart.',
      ),
      ...all.map(({ duration, labels }) => duration.expose('gatehouse_request_duration_seconds', labels)),
      head(
        'gatehouse_tunnel_duration_seconds',
        'histogram',
        'From the request head to the end of the tunnel.',
      ),
      ...all.map(({ tunnels, labels }) => tunnels?.expose('gatehouse_tunnel_duration_seconds', labels) ?? ''),
      head(
        'gatehouse_integration_duration_seconds',
        'histogram',
        "Until the head of the integration's answer.",
      ),
      ...all
        .filter(({ hasIntegration }) => hasIntegration)
        .map(({ integration, labels }) =>
          integration.expose('gatehouse_integration_duration_seconds', labels),
        ),
      head('gatehouse_request_bytes_total', 'counter', 'Bytes of request bodies.'),
      ...all.map(({ labels, requestBytes }) => `gatehouse_request_bytes_total{${labels}} ${requestBytes}\n`),
      head('gatehouse_response_bytes_total', 'counter', 'Bytes of response bodies.'),
      ...all.map(
        ({ labels, responseBytes }) => `gatehouse_response_bytes_total{${labels}} ${responseBytes}\n`,
      ),
      head('gatehouse_cache_total', 'counter', 'Answers of cached routes: from the cache, or not.'),
      ...all.flatMap(({ labels, cacheHits, cacheMisses }) => [
        cacheLine(labels, 'hit', cacheHits),
        cacheLine(labels, 'miss', cacheMisses),
      ]),
    ].join('');
  }

  private find({ apiId, stage, route }: RequestOutcome): RouteSeries {
    const known = this.series.get(apiId)?.get(stage)?.get(route);
    if (known !== undefined) return known;
    if (this.routes >= this.maxRoutes && route !== OTHER) {
      return this.find({ apiId: OTHER, stage: OTHER, route: OTHER } as RequestOutcome);
    }
    const labels = `api="${escape(apiId)}",stage="${escape(stage)}",route="${escape(route)}"`;
    const made = new RouteSeries(labels);
    within(within(this.series, apiId), stage).set(route, made);
    this.routes++;
    return made;
  }
}

/** The map under that name; a new one where there is none. */
function within<V>(maps: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let found = maps.get(name);
  if (found === undefined) maps.set(name, (found = new Map<string, V>()));
  return found;
}

function classLine(labels: string, index: number, count: number): string {
  return count === 0 ? '' : `gatehouse_requests_total{${labels},status_class="${CLASSES[index]}"} ${count}\n`;
}

function cacheLine(labels: string, result: string, count: number): string {
  return count === 0 ? '' : `gatehouse_cache_total{${labels},result="${result}"} ${count}\n`;
}

export function head(name: string, type: 'counter' | 'gauge' | 'histogram', help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function escape(label: string): string {
  return label.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

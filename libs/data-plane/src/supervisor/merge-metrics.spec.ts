import { mergeMetrics } from './merge-metrics';

const worker = (revision: number, requests: number, lag: number): string =>
  [
    '# HELP gatehouse_applied_revision Revision.',
    '# TYPE gatehouse_applied_revision gauge',
    `gatehouse_applied_revision ${revision}`,
    '# HELP gatehouse_requests_total Requests.',
    '# TYPE gatehouse_requests_total counter',
    `gatehouse_requests_total{route="GET /a b",status_class="2xx"} ${requests}`,
    '# HELP nodejs_eventloop_lag_p99_seconds Lag.',
    '# TYPE nodejs_eventloop_lag_p99_seconds gauge',
    `nodejs_eventloop_lag_p99_seconds ${lag}`,
    '',
  ].join('\n');

it('adds counters, takes the lowest revision and the highest lag, and tells each metric once', () => {
  expect(mergeMetrics([worker(7, 10, 0.1), worker(6, 5, 0.3)])).toBe(worker(6, 15, 0.3));
});

it('keeps series that only one worker has', () => {
  const other = '# TYPE gatehouse_requests_total counter\ngatehouse_requests_total{route="GET /z"} 1\n';
  const merged = mergeMetrics([worker(1, 2, 0), other, '']);
  expect(merged).toContain('gatehouse_requests_total{route="GET /z"} 1\n');
  expect(merged.match(/# TYPE gatehouse_requests_total/g)).toHaveLength(1);
});

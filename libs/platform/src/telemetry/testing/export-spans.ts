/** Run by a spec in a process of its own: sends the spans given as JSON in the first argument, as the environment says. */
import type { SpanRecord } from '@gatehouse/engine';
import { readTracingSettings } from '../span-settings';
import { startTracing } from '../tracing';

const spans = JSON.parse(process.argv[2] ?? '[]') as SpanRecord[];
const tracing = startTracing(readTracingSettings(process.env), { version: '0.1.0', nodeId: 'n1' });
for (const span of spans) tracing.record(span);
void tracing.stop(5000);

/** Who decides whether a request is traced, under which trace id: settled before anything of a span is built. */
import { capTracestate, parseAmznTraceId, parseTraceparent, type RemoteParent } from '@gatehouse/standards';
import type { Kit, TraceContext } from '../ports';
import type { RequestFields } from '../request-fields';

export const MAX_TRACESTATE_BYTES = 512;

/** A valid `traceparent` goes before `X-Amzn-Trace-Id`; neither = a trace begins here. */
export function beginTrace(fields: RequestFields, kit: Kit): TraceContext {
  return new RequestTrace(remoteParent(fields), kit);
}

/** Ids of our own are made when somebody reads them: of most traces nobody does. */
class RequestTrace implements TraceContext {
  readonly parentSpanId: string | undefined;
  readonly sampled: boolean;
  #traceId: string | undefined;
  #spanId: string | undefined = undefined;

  constructor(
    parent: RemoteParent | undefined,
    private readonly kit: Kit,
  ) {
    this.#traceId = parent?.traceId;
    this.parentSpanId = parent?.spanId;
    this.sampled = parent?.sampled ?? kit.tracing.sampleRoot(this);
  }

  get traceId(): string {
    return (this.#traceId ??= newTraceId(this.kit));
  }

  get spanId(): string {
    return (this.#spanId ??= this.kit.random.hex(8));
  }
}

function remoteParent(fields: RequestFields): RemoteParent | undefined {
  const w3c = fields.traceparent === undefined ? undefined : parseTraceparent(fields.traceparent);
  if (w3c !== undefined) return w3c;
  return fields.amznTraceId === undefined ? undefined : parseAmznTraceId(fields.amznTraceId);
}

/** An X-Ray root begins with the second of its birth; W3C accepts any digits. */
function newTraceId(kit: Kit): string {
  return secondOf(kit.clock.now()) + kit.random.hex(12);
}

let second = -1;
let secondText = '';

/** Eight digits, written once a second. */
function secondOf(nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  if (now !== second) {
    second = now;
    secondText = now.toString(16).padStart(8, '0').slice(-8);
  }
  return secondText;
}

/** The vendors' state travels on only together with a `traceparent` that we understood. */
export function tracestateToPass(fields: RequestFields): string | undefined {
  if (fields.tracestate === undefined || fields.traceparent === undefined) return undefined;
  if (parseTraceparent(fields.traceparent) === undefined) return undefined;
  const state = capTracestate(fields.tracestate, MAX_TRACESTATE_BYTES);
  return state === '' ? undefined : state;
}

/**
 * The header fields the gateway itself looks at, found in one walk over the request's header list, with the total size.
 */
import type { InboundRequest } from './exchange';
import type { Identified } from './authorization/identified';
import type { AskedFor, KeyedHeaders } from './response-cache/keyed-fields';
import type { ShownKey } from './steps/require-api-key';
import type { Visit } from './visit';

/** `Host` and others of the request that are used as whole lists are not here. */
const WANTED = {
  accept: 'accept',
  'access-control-request-method': 'requestMethod',
  authorization: 'authorization',
  'cache-control': 'cacheControl',
  connection: 'connection',
  'content-type': 'contentType',
  origin: 'origin',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  'user-agent': 'userAgent',
  'x-amzn-trace-id': 'amznTraceId',
  'x-http-method-override': 'methodOverride',
} as const;

type Slot = (typeof WANTED)[keyof typeof WANTED];

const LISTS: ReadonlySet<Slot> = new Set<Slot>(['accept', 'cacheControl', 'connection', 'tracestate']);

/** By names in lower case and as most write them. */
const SLOTS: ReadonlyMap<string, Slot> = new Map(
  Object.entries(WANTED).flatMap(([name, slot]): [string, Slot][] => [
    [name, slot],
    [name.replace(/^[a-z]|-[a-z]/g, (letters) => letters.toUpperCase()), slot],
  ]),
);
const LENGTHS: readonly boolean[] = lengthTable();

const NO_AGE = /(?:^|[\s,])max-age\s*=\s*"?0+"?(?:[\s,]|$)/i;

/** `: ` and the line end. */
const PUNCTUATION_BYTES = 4;

export class RequestFields {
  totalBytes = 0;
  accept: string | undefined = undefined;
  requestMethod: string | undefined = undefined;
  authorization: string | undefined = undefined;
  cacheControl: string | undefined = undefined;
  connection: string | undefined = undefined;
  contentType: string | undefined = undefined;
  origin: string | undefined = undefined;
  traceparent: string | undefined = undefined;
  tracestate: string | undefined = undefined;
  userAgent: string | undefined = undefined;
  amznTraceId: string | undefined = undefined;
  methodOverride: string | undefined = undefined;
  /** Of the request that came last with all of them. */
  visit: Visit | undefined = undefined;
  /** By the authorizer that was asked last, and looks at nothing else. */
  identified: Identified | undefined = undefined;
  /** The API key that is shown by them, as the stage knows it that was asked last. */
  apiKey: ShownKey | undefined = undefined;
  /** What the cached route that was asked last makes of all of them. */
  keyed: KeyedHeaders | undefined = undefined;
  /** Of a cached route, by the request that came last with them. */
  asked: AskedFor | undefined = undefined;
  #asksForFresh: boolean | undefined = undefined;

  static of({ headers, ofHeaders }: Pick<InboundRequest, 'headers' | 'ofHeaders'>): RequestFields {
    if (ofHeaders?.made instanceof RequestFields) return ofHeaders.made;
    const fields = new RequestFields(headers);
    if (ofHeaders !== undefined) ofHeaders.made = fields;
    return fields;
  }

  private constructor(headers: readonly string[]) {
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const name = headers[i] ?? '';
      const value = headers[i + 1] ?? '';
      this.totalBytes += name.length + value.length + PUNCTUATION_BYTES;
      if (LENGTHS[name.length] !== true) continue;
      const slot = SLOTS.get(name) ?? SLOTS.get(name.toLowerCase());
      if (slot !== undefined) this.#take(slot, value);
    }
  }

  /** `Cache-Control: max-age=0`: the client wants it fresh (developer guide, "Invalidate an API Gateway cache entry"). */
  get asksForFresh(): boolean {
    return (this.#asksForFresh ??= NO_AGE.test(this.cacheControl ?? ''));
  }

  /** Lists are joined as RFC 9110 5.3 says; of the others two different values would be a contradiction: none counts. */
  #take(slot: Slot, value: string): void {
    const present = this[slot];
    if (present === undefined) this[slot] = value;
    else if (LISTS.has(slot)) this[slot] = `${present}, ${value}`;
    else if (slot === 'traceparent' || slot === 'amznTraceId') this[slot] = '';
  }
}

function lengthTable(): boolean[] {
  const table: boolean[] = [];
  for (const name of Object.keys(WANTED)) table[name.length] = true;
  return Array.from(table, (wanted) => wanted === true);
}

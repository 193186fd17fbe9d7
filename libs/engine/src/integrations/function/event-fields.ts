/**
 * Header fields and query parameters as they stand in a function's event. Fields of one connection go, what the gateway has
 * seen itself is written anew, and everything else is the client's.
 * DIFFERS: headers of an edge-optimized API; there is no CloudFront to add any.
 */
import { formatAmznTraceId, isHopByHop, listedByConnection, textOfField } from '@gatehouse/standards';
import type { Exchange } from '../../exchange';
import { isReadableByMappings } from '../../headers/rest-fields';

/** By name, in order of first sight; a null-prototype object, since clients choose the names. */
export type Values = Record<string, string[]>;

const DROPPED = new Set(['content-length', 'expect', 'x-forwarded-port', 'x-forwarded-proto']);
/** Recorded on AWS: these are sent on in one casing, whatever the client's. */
const RECASED: ReadonlyMap<string, string> = new Map([
  ['authorization', 'Authorization'],
  ['user-agent', 'User-Agent'],
]);

/** As sent, one spelling for each name (payload 1.0 of a REST API), without what mappings do not see either (recorded). */
export function fieldsAsSent(x: Exchange): Values {
  return fieldsOf(
    x,
    (name, lower) => (isReadableByMappings(lower) ? (RECASED.get(lower) ?? name) : undefined),
    {
      forwardedFor: 'X-Forwarded-For',
      port: 'X-Forwarded-Port',
      scheme: 'X-Forwarded-Proto',
      trace: 'X-Amzn-Trace-Id',
    },
  );
}

/** Names in lower case (HTTP APIs). */
export function lowerCaseFields(x: Exchange): Values {
  return fieldsOf(x, (_name, lower) => lower, {
    forwardedFor: 'x-forwarded-for',
    port: 'x-forwarded-port',
    scheme: 'x-forwarded-proto',
    trace: 'x-amzn-trace-id',
  });
}

interface OurNames {
  readonly forwardedFor: string;
  readonly port: string;
  readonly scheme: string;
  readonly trace: string;
}

/** `spelled`: `undefined` = the field does not pass. */
function fieldsOf(
  x: Exchange,
  spelled: (name: string, lower: string) => string | undefined,
  ours: OurNames,
): Values {
  const { headers, sourceIp, localPort, secure } = x.request;
  const listed = listedByConnection(x.fields.connection);
  const spellings = new Map<string, string>();
  const values = emptyValues();
  const claimed: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') claimed.push(value);
    else if (!isStopped(lower, value) && !listed.has(lower)) {
      const spelling = spellings.get(lower) ?? spelled(name, lower);
      if (spelling === undefined) continue;
      spellings.set(lower, spelling);
      (values[spelling] ??= []).push(textOfField(value));
    }
  }
  values[ours.forwardedFor] = [[...claimed, sourceIp].join(', ')];
  values[ours.port] = [String(localPort)];
  values[ours.scheme] = [secure ? 'https' : 'http'];
  values[ours.trace] = [traceOf(x)];
  return values;
}

/** A signature is for the gateway alone. */
function isStopped(lower: string, value: string): boolean {
  if (DROPPED.has(lower) || isHopByHop(lower) || lower.startsWith('x-amzn-')) return true;
  return lower === 'authorization' && value.startsWith('AWS4-');
}

export function traceOf(x: Exchange): string {
  return formatAmznTraceId(x.trace.traceId, x.trace.spanId, x.trace.sampled);
}

export function queryValues(x: Exchange): Values {
  const values = emptyValues();
  for (const [name, all] of x.query) values[name] = [...all];
  return values;
}

export function lastOfEach(values: Values): Record<string, string> {
  return mapped(values, (all) => all.at(-1) ?? '');
}

export function joined(values: Values): Record<string, string> {
  return mapped(values, (all) => all.join(','));
}

/** Raw texts: escapes stay (recorded on AWS). */
export function pathParameters(x: Exchange): Record<string, string> {
  const parameters = Object.create(null) as Record<string, string>;
  x.route.variables.forEach((name, i) => (parameters[name] = x.params[i] ?? ''));
  return parameters;
}

export function isEmpty(values: Readonly<Record<string, unknown>>): boolean {
  for (const _name in values) return false;
  return true;
}

function mapped(values: Values, one: (all: readonly string[]) => string): Record<string, string> {
  const result = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(values)) result[name] = one(values[name] ?? []);
  return result;
}

function emptyValues(): Values {
  return Object.create(null) as Values;
}

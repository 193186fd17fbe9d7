/**
 * Which fields and query parameters are in the keys of a route, and what a request shows of them: as a part of its key, and as
 * what the call that fills the cache sends.
 */
import { parseRestRequestSource } from '@gatehouse/standards';
import type { IntegrationSnapshot, RouteCacheSnapshot } from '@gatehouse/snapshot';
import type { Authorization, Exchange, HeaderList, Identity } from '../exchange';
import { Fates } from '../fates';
import { lengthPrefixed } from '../length-prefixed';
import { RecentHeaders } from './recent-headers';

/** `Accept-Encoding` has a place in any case. */
export interface Keyed {
  /** Names as they are sent; they have the first places. */
  readonly headers: readonly string[];
  /** Where a name stands among them; -1 = it is none of them. */
  readonly placeOf: Fates<number>;
  readonly codingPlace: number;
  readonly query: readonly string[];
  readonly recent: RecentHeaders<KeyedHeaders>;
}

export function keyedBy(
  integration: IntegrationSnapshot,
  { keyParameters }: RouteCacheSnapshot,
  isShared: boolean,
): Keyed {
  const mapped = 'requestParameters' in integration ? integration.requestParameters : {};
  const names = ['Accept', 'Content-Type', ...(isShared ? [] : ['Authorization', 'Cookie'])];
  const query = new Set<string>();
  for (const text of [...keyParameters.map((name) => mapped[name] ?? name), ...Object.values(mapped)]) {
    const source = parseRestRequestSource(text);
    if (source?.from === 'header' || source?.from === 'multivalueheader') names.push(source.name);
    if (source?.from === 'querystring' || source?.from === 'multivaluequerystring') query.add(source.name);
  }
  const headers = new Map(names.map((name) => [name.toLowerCase(), name]));
  const places = [...headers.keys(), CODINGS_OF];
  const placeOf = new Fates((lower) => places.indexOf(lower));
  return {
    headers: [...headers.values()],
    placeOf,
    codingPlace: places.indexOf(CODINGS_OF),
    query: [...query],
    recent: new RecentHeaders(places, placeOf),
  };
}

/** What is in the keys of all requests that share their headers, and with those their host. */
export interface KeyedHeaders {
  readonly by: Keyed;
  readonly text: string;
  /** Neither spelling nor order of what the client sent comes through. */
  readonly fields: readonly string[];
  /** Of a request with `fields`. */
  readonly ofHeaders: { made: unknown };
  /** Of the request that came last with them. */
  last: KeyStart | undefined;
}

/** How its key began, and what that depends on beside the headers. */
export interface KeyStart {
  readonly authorizer: Authorization | undefined;
  readonly identity: Identity;
  readonly secure: boolean;
  readonly text: string;
}

/** What a request without a body asked for. */
export interface AskedFor extends Pick<Exchange, 'method' | 'path' | 'apiPath'> {
  readonly start: KeyStart;
  /** As it was sent; empty where nothing of it is in the key. */
  readonly query: string;
  readonly key: string;
}

/** Made once for headers that several requests share. */
export function keyedHeaders({ fields, request }: Exchange, keyed: Keyed): KeyedHeaders {
  const { host, headers } = request;
  const known = fields.keyed;
  if (known?.by === keyed) return known;
  const recent = keyed.recent.find(host, headers);
  const made = recent ?? keyedHeadersOf(host, headers, keyed);
  if (recent === undefined) keyed.recent.keep(host, headers, made);
  return (fields.keyed = made);
}

function keyedHeadersOf(host: string, headers: readonly string[], keyed: Keyed): KeyedHeaders {
  const values = valuesByPlace(headers, keyed);
  const codings = codingsIn(values[keyed.codingPlace]);
  let text = lengthPrefixed([host, ...codings]);
  const sent: HeaderList = ['Host', host];
  keyed.headers.forEach((name, place) => {
    const given = values[place] ?? NONE;
    text += lengthPrefixed(given);
    for (const value of given) sent.push(name, value);
  });
  if (codings.length > 0) sent.push('Accept-Encoding', codings.join(', '));
  return { by: keyed, text, fields: sent, ofHeaders: { made: undefined }, last: undefined };
}

const NONE: readonly string[] = [];
const CODINGS_OF = 'accept-encoding';

/** Of most names there are none. */
function valuesByPlace(headers: readonly string[], { placeOf }: Keyed): (string[] | undefined)[] {
  const values: (string[] | undefined)[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const place = placeOf.of(headers[i] ?? '');
    if (place < 0) continue;
    const value = headers[i + 1] ?? '';
    const known = values[place];
    if (known === undefined) values[place] = [value];
    else known.push(value);
  }
  return values;
}

const CODINGS = ['br', 'gzip', 'zstd'].map((name) => ({
  name,
  pattern: new RegExp(`(?:^|[\\s,])${name}(?!\\s*;\\s*q=0(?:\\.0*)?(?:[\\s,]|$))(?=[\\s,;]|$)`, 'i'),
}));

/** Those of the usual codings that the client takes; how it says so is noise. */
function codingsIn(values: readonly string[] | undefined): readonly string[] {
  const accepted = values?.join(',') ?? '';
  if (accepted === '') return NONE;
  return CODINGS.filter(({ pattern }) => pattern.test(accepted)).map(({ name }) => name);
}

/**
 * What an answer may depend on, and nothing else. The key says what that is for one request; the call that fills the cache sends
 * no more than that to the integration, so that what is kept is the same for everybody who has the key.
 *
 * In it: API, stage, deployment, flush, verb, host, path, `cacheNamespace`, the declared `cacheKeyParameters` and what the
 * integration's own mappings take of the request, media types, the body of a verb that has one, and who calls, unless the
 * stage shares answers over callers.
 * DIFFERS: keys of the response cache; AWS keys by namespace and declared parameters alone, and whatever else an answer depends on
 * comes from whoever asked first.
 */
import { hash } from 'node:crypto';
import { allFields, parseRestRequestSource } from '@gatehouse/standards';
import type { IntegrationSnapshot, ResponseCacheSnapshot, RouteCacheSnapshot } from '@gatehouse/snapshot';
import { MAX_PAYLOAD_BYTES } from '../counted-body';
import { NOBODY, type Authorization, type Exchange, type HeaderList, type InboundRequest } from '../exchange';
import { gathered } from '../gathered-body';
import { Fates } from '../fates';
import { lengthPrefixed } from '../length-prefixed';
import type { StageFacts } from '../program';
import { NEVER } from '../never';
import { encodePair, joinQueries } from '../query';
import type { KeyNames } from './key-names';
import { PlainKeys, type KeyedFields } from './plain-keys';

export interface CacheRequest {
  key(x: Exchange): string | Promise<string>;
  /** The request that fills the cache. */
  filling(x: Exchange): Exchange;
}

/** `Accept-Encoding` has a place in any case. */
interface Keyed extends KeyedFields {
  /** Names as they are sent; they have the first places. */
  readonly headers: readonly string[];
  readonly codingPlace: number;
  readonly query: readonly string[];
}

/** `names`: of the whole process, so that they are bounded however many routes there are. */
export function compileCacheRequest(
  names: KeyNames,
  { apiId, stage, deploymentId }: StageFacts,
  integration: IntegrationSnapshot,
  route: RouteCacheSnapshot,
  { revision, sharedAcrossCallers = false }: ResponseCacheSnapshot,
): CacheRequest {
  const keyed = keyedBy(integration, route, sharedAcrossCallers);
  const place = lengthPrefixed([apiId, stage, deploymentId, revision, route.namespace]);
  const keyOf = (x: Exchange, body: string): string => {
    const { host, secure } = x.request;
    let text = place + lengthPrefixed([x.method, host, x.apiPath, x.path, String(secure), body]);
    const headers = headerValues(x, keyed);
    text += lengthPrefixed(codingsIn(headers[keyed.codingPlace]));
    for (let i = 0; i < keyed.headers.length; i++) text += lengthPrefixed(headers[i] ?? NONE);
    for (const name of keyed.query) text += lengthPrefixed(x.query.get(name) ?? NONE);
    return names.of(sharedAcrossCallers ? text : text + lengthPrefixed([callerOf(x)]));
  };
  const plain = new PlainKeys(names.paths, keyed, (x) => keyOf(x, ''));
  return {
    key: (x) => {
      if (x.hasBody) return bodyHash(x).then((body) => keyOf(x, body));
      if (!sharedAcrossCallers && !isNobody(x)) return keyOf(x, '');
      return plain.of(keyed.query.length === 0 ? x.apiPath : `${x.apiPath}?${x.request.query}`, x);
    },
    filling: (x) => {
      const other = x.standIn(nobodysRequest(x, keyed));
      if (sharedAcrossCallers) return other;
      other.authorizer = x.authorizer;
      other.identity = x.identity;
      return other;
    },
  };
}

function keyedBy(
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
  return {
    headers: [...headers.values()],
    placeOf: new Fates((lower) => places.indexOf(lower)),
    places,
    codingPlace: places.indexOf(CODINGS_OF),
    query: [...query],
  };
}

const NONE: readonly string[] = [];
const CODINGS_OF = 'accept-encoding';

/** By place; of most names there are none. */
function headerValues({ request }: Exchange, { placeOf }: Keyed): (string[] | undefined)[] {
  const values: (string[] | undefined)[] = [];
  const { headers } = request;
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

/** What authorizers have found out, and whose key it is. */
function callerOf(x: Exchange): string {
  if (isNobody(x)) return '';
  const { authorizer, identity } = x;
  const { accountId = '', userArn = '', apiKeyId = '' } = identity;
  const found = authorizer === undefined ? '' : (authorizer.text ??= textOf(authorizer));
  return lengthPrefixed([found, accountId, userArn, apiKeyId]);
}

function isNobody({ authorizer, identity }: Exchange): boolean {
  return authorizer === undefined && identity === NOBODY;
}

function textOf({ by, principalId, context, claims }: Authorization): string {
  return JSON.stringify([by, principalId, context, claims]);
}

async function bodyHash(x: Exchange): Promise<string> {
  const bytes = await x.body.gather(MAX_PAYLOAD_BYTES);
  x.body = gathered(bytes);
  return hash('sha256', bytes, 'base64url');
}

/** An answer for everybody is asked for from nowhere in particular. */
const NO_ADDRESS = '0.0.0.0';

/** Written from the key alone: neither spelling nor order of what the client sent comes through. */
function nobodysRequest(x: Exchange, keyed: Keyed): InboundRequest {
  const { method, path, host, secure, localPort, body } = x.request;
  const pairs = keyed.query.flatMap((name) =>
    (x.query.get(name) ?? []).map((value) => encodePair(name, value)),
  );
  return {
    method,
    path,
    query: joinQueries(...pairs),
    host,
    headers: keyedFields(x, keyed),
    protocol: 'HTTP/1.1',
    secure,
    sourceIp: NO_ADDRESS,
    localPort,
    body,
    asksWebSocket: false,
    signal: NEVER,
  };
}

/** What describes a body goes with it. */
const OF_BODY = ['content-encoding', 'content-length'];

function keyedFields(x: Exchange, keyed: Keyed): HeaderList {
  const { host, headers: given } = x.request;
  const fields: HeaderList = ['Host', host];
  const values = headerValues(x, keyed);
  keyed.headers.forEach((name, place) => {
    for (const value of values[place] ?? NONE) fields.push(name, value);
  });
  const codings = codingsIn(values[keyed.codingPlace]);
  if (codings.length > 0) fields.push('Accept-Encoding', codings.join(', '));
  if (x.hasBody)
    for (const lower of OF_BODY) for (const value of allFields(given, lower)) fields.push(lower, value);
  return fields;
}

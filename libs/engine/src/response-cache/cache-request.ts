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
import { NOBODY, type Exchange, type HeaderList, type InboundRequest } from '../exchange';
import { gathered } from '../gathered-body';
import { lengthPrefixed } from '../length-prefixed';
import type { StageFacts } from '../program';
import { NEVER } from '../never';
import { encodePair, joinQueries } from '../query';
import type { KeyNames } from './key-names';

export interface CacheRequest {
  key(x: Exchange): string | Promise<string>;
  /** The request that fills the cache. */
  filling(x: Exchange): Exchange;
}

interface Keyed {
  /** By name in lower case, with the name that is sent. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: ReadonlySet<string>;
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
    text += lengthPrefixed(codingsOf(x));
    for (const values of valuesOf(x, keyed)) text += lengthPrefixed(values);
    return names.of(sharedAcrossCallers ? text : text + lengthPrefixed([callerOf(x)]));
  };
  return {
    key: (x) => (x.hasBody ? bodyHash(x).then((body) => keyOf(x, body)) : keyOf(x, '')),
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
  return { headers: new Map(names.map((name) => [name.toLowerCase(), name])), query };
}

function valuesOf(x: Exchange, { headers, query }: Keyed): (readonly string[])[] {
  const values: (readonly string[])[] = [];
  for (const name of headers.keys()) values.push(allFields(x.request.headers, name));
  for (const name of query) values.push(x.query.get(name) ?? []);
  return values;
}

const CODINGS = ['br', 'gzip', 'zstd'].map((name) => ({
  name,
  pattern: new RegExp(`(?:^|[\\s,])${name}(?!\\s*;\\s*q=0(?:\\.0*)?(?:[\\s,]|$))(?=[\\s,;]|$)`, 'i'),
}));

/** Those of the usual codings that the client takes; how it says so is noise. */
function codingsOf({ request }: Exchange): string[] {
  const accepted = allFields(request.headers, 'accept-encoding').join(',');
  if (accepted === '') return [];
  return CODINGS.filter(({ pattern }) => pattern.test(accepted)).map(({ name }) => name);
}

/** What authorizers have found out, and whose key it is. */
function callerOf({ authorizer, identity }: Exchange): string {
  if (authorizer === undefined && identity === NOBODY) return '';
  const { by, principalId, context, claims } = authorizer ?? {};
  const { accountId, userArn, apiKeyId } = identity;
  return JSON.stringify([by, principalId, context, claims, accountId, userArn, apiKeyId]);
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
  const pairs = [...keyed.query].flatMap((name) =>
    (x.query.get(name) ?? []).map((value) => encodePair(name, value)),
  );
  return {
    ...x.request,
    headers: keyedFields(x, keyed),
    query: joinQueries(...pairs),
    protocol: 'HTTP/1.1',
    sourceIp: NO_ADDRESS,
    asksWebSocket: false,
    signal: NEVER,
  };
}

/** What describes a body goes with it. */
const OF_BODY = ['content-encoding', 'content-length'];

function keyedFields(x: Exchange, { headers }: Keyed): HeaderList {
  const { host, headers: given } = x.request;
  const fields: HeaderList = ['Host', host];
  for (const [lower, name] of headers) for (const value of allFields(given, lower)) fields.push(name, value);
  const codings = codingsOf(x);
  if (codings.length > 0) fields.push('Accept-Encoding', codings.join(', '));
  if (x.hasBody)
    for (const lower of OF_BODY) for (const value of allFields(given, lower)) fields.push(lower, value);
  return fields;
}

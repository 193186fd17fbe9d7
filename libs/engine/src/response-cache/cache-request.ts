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
import { allFields } from '@gatehouse/standards';
import type { IntegrationSnapshot, ResponseCacheSnapshot, RouteCacheSnapshot } from '@gatehouse/snapshot';
import { MAX_PAYLOAD_BYTES } from '../counted-body';
import { NOBODY, type Authorization, type Exchange, type Identity, type InboundRequest } from '../exchange';
import { gathered } from '../gathered-body';
import { lengthPrefixed } from '../length-prefixed';
import type { StageFacts } from '../program';
import { NEVER } from '../never';
import { encodePair } from '../query';
import { keyedBy, keyedHeaders, type Keyed, type KeyStart } from './keyed-fields';
import type { KeyStarts } from './key-starts';

export interface CacheRequest {
  /** For this process's memory alone: path and query are in it as they came. */
  key(x: Exchange): string | Promise<string>;
  /** The request that fills the cache. */
  filling(x: Exchange): Exchange;
}

/** `starts`: of the whole process, so that they are bounded however many routes there are. */
export function compileCacheRequest(
  starts: KeyStarts,
  { apiId, stage, deploymentId }: StageFacts,
  integration: IntegrationSnapshot,
  route: RouteCacheSnapshot,
  { revision, sharedAcrossCallers = false }: ResponseCacheSnapshot,
): CacheRequest {
  const keyed = keyedBy(integration, route, sharedAcrossCallers);
  const place = lengthPrefixed([apiId, stage, deploymentId, revision, route.namespace]);
  const keyOf = (start: KeyStart, x: Exchange): string => {
    const { method, path, apiPath } = x;
    let key = `${start.text}${method} ${path.length} ${apiPath.length} ${path}${apiPath}`;
    for (const name of keyed.query) key += lengthPrefixed(x.query.get(name) ?? NONE);
    return key;
  };
  /** To make a key costs more than to see that it is that of before. No others' paths are compared: they may be secrets. */
  const plainKey = (start: KeyStart, x: Exchange): string => {
    const { method, path, apiPath, request, fields } = x;
    const query = keyed.query.length === 0 ? '' : request.query;
    const last = fields.asked;
    const isSamePath = last?.path === path && last.apiPath === apiPath && last.method === method;
    if (isSamePath && last.query === query && last.start === start) return last.key;
    const key = keyOf(start, x);
    fields.asked = { start, method, path, apiPath, query, key };
    return key;
  };
  /** Of all that requests of one caller over one connection have in common. */
  const startOf = (x: Exchange): KeyStart => {
    const { secure } = x.request;
    const headers = keyedHeaders(x, keyed);
    const { authorizer, identity } = sharedAcrossCallers ? ANYBODY : x;
    const { last } = headers;
    const isSameCaller = last?.identity === identity && last.authorizer === authorizer;
    if (isSameCaller && last.secure === secure) return last;
    const caller = callerOf(authorizer, identity);
    const text = starts.of(place + lengthPrefixed([String(secure), caller]) + headers.text);
    return (headers.last = { authorizer, identity, secure, text });
  };
  return {
    key: (x) => {
      const start = startOf(x);
      return x.hasBody ? bodyHash(x).then((body) => keyOf(start, x) + body) : plainKey(start, x);
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

const ANYBODY: Pick<Exchange, 'authorizer' | 'identity'> = { authorizer: undefined, identity: NOBODY };
const NONE: readonly string[] = [];

/** What authorizers have found out, and whose key it is. */
function callerOf(authorizer: Authorization | undefined, identity: Identity): string {
  if (authorizer === undefined && identity === NOBODY) return '';
  const { accountId = '', userArn = '', apiKeyId = '' } = identity;
  const found = authorizer === undefined ? '' : (authorizer.text ??= textOf(authorizer));
  return lengthPrefixed([found, accountId, userArn, apiKeyId]);
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

/** Written from the key alone. */
function nobodysRequest(x: Exchange, keyed: Keyed): InboundRequest {
  const { method, path, host, secure, localPort, body } = x.request;
  const { fields, ofHeaders } = keyedHeaders(x, keyed);
  return {
    method,
    path,
    query: keyedQuery(x, keyed),
    host,
    headers: x.hasBody ? [...fields, ...fieldsOfBody(x)] : fields,
    ofHeaders: x.hasBody ? { made: undefined } : ofHeaders,
    protocol: 'HTTP/1.1',
    secure,
    sourceIp: NO_ADDRESS,
    localPort,
    body,
    asksWebSocket: false,
    signal: NEVER,
  };
}

function keyedQuery(x: Exchange, keyed: Keyed): string {
  let query = '';
  for (const name of keyed.query)
    for (const value of x.query.get(name) ?? NONE)
      query += `${query === '' ? '' : '&'}${encodePair(name, value)}`;
  return query;
}

/** What describes a body goes with it. */
const OF_BODY = ['content-encoding', 'content-length'];

function fieldsOfBody({ request }: Exchange): string[] {
  return OF_BODY.flatMap((lower) => allFields(request.headers, lower).flatMap((value) => [lower, value]));
}

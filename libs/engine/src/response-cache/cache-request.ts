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
import { NOBODY, type Authorization, type Exchange, type InboundRequest } from '../exchange';
import { gathered } from '../gathered-body';
import { lengthPrefixed } from '../length-prefixed';
import type { StageFacts } from '../program';
import { NEVER } from '../never';
import { encodePair } from '../query';
import { keyedBy, keyedHeaders, type Keyed } from './keyed-fields';
import type { KeyNames } from './key-names';
import { PlainKeys } from './plain-keys';

export interface CacheRequest {
  key(x: Exchange): string | Promise<string>;
  /** The request that fills the cache. */
  filling(x: Exchange): Exchange;
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
    const asked = lengthPrefixed([x.method, host, x.apiPath, x.path, String(secure), body]);
    let text = place + asked + keyedHeaders(x, keyed).text;
    for (const name of keyed.query) text += lengthPrefixed(x.query.get(name) ?? NONE);
    return names.of(sharedAcrossCallers ? text : text + lengthPrefixed([callerOf(x)]));
  };
  const plain = new PlainKeys(names.paths, keyed, (x) => keyOf(x, ''));
  const isOfAll = keyed.query.length === 0;
  return {
    key: (x) => {
      if (x.hasBody) return bodyHash(x).then((body) => keyOf(x, body));
      if (!sharedAcrossCallers && !isNobody(x)) return keyOf(x, '');
      return plain.of(isOfAll ? '' : x.request.query, x);
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

const NONE: readonly string[] = [];

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

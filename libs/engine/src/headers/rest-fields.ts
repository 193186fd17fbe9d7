/**
 * Which header fields of a REST API pass, and under which name (developer guide, "Amazon API Gateway important notes", the
 * header table; corrected where recordings against AWS say otherwise).
 */
import { isHopByHop, listedByConnection } from '@gatehouse/standards';
import type { Exchange, HeaderList } from '../exchange';
import { Fates } from '../fates';
import { isGatewayField } from './gateway-fields';
import { isListed, listedIn } from './listed';

/** Gone before a mapping could read them. */
const UNREADABLE = new Set(
  (
    'connection content-length content-md5 expect max-forwards proxy-authenticate server te transfer-encoding trailer ' +
    'upgrade www-authenticate'
  ).split(' '),
);

export function isReadableByMappings(lowerName: string): boolean {
  return !UNREADABLE.has(lowerName);
}

/** Client to HTTP_PROXY integration. */
export function passRequestFields(x: Exchange): HeaderList {
  const { headers } = x.request;
  const listed = listedByConnection(x.fields.connection);
  const passed: HeaderList = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const fate = REQUEST_FATES.of(name);
    if (fate === 'stopped' || isListed(listed, name)) continue;
    const value = headers[i + 1] ?? '';
    if (fate === 'credentials' && isSignature(value)) continue;
    if (fate === 'coding' && !x.hasBody) continue;
    passed.push(name, value);
  }
  return passed;
}

const REQUEST_FATES = new Fates((lower) => {
  if (isStopped(lower)) return 'stopped';
  if (lower === 'authorization') return 'credentials';
  return lower === 'content-encoding' ? 'coding' : 'passed';
});

// DIFFERS: REST: `Content-Encoding` to HTTP_PROXY and back; AWS decompresses the body and drops the field. Bodies pass as
// they are here, so the field goes with them; without a body it is dropped as on AWS.
function isStopped(lower: string): boolean {
  return (
    UNREADABLE.has(lower) || lower === 'host' || lower === 'via' || isHopByHop(lower) || isGatewayField(lower)
  );
}

function isSignature(authorization: string): boolean {
  return authorization.startsWith('AWS4-');
}

/** Mapping to one of these fails the request at run time. */
const FORBIDDEN_TARGETS = new Set([
  'content-length',
  'transfer-encoding',
  'x-amzn-trace-id',
  'x-amzn-apigateway-api-id',
]);

/** Mapped, then stripped again without a word. */
const STRIPPED_TARGETS = new Set(['connection', 'expect', 'proxy-authenticate', 'te', 'via']);

export function requestTarget(name: string): 'set' | 'strip' | 'fail' {
  const lower = name.toLowerCase();
  if (FORBIDDEN_TARGETS.has(lower)) return 'fail';
  return STRIPPED_TARGETS.has(lower) ? 'strip' : 'set';
}

const REMAPPED_PREFIX = 'x-amzn-Remapped-';

/** The gateway writes these itself; `Connection` and `Content-Length` describe the other connection. */
const REMAPPED = new Set(
  (
    'authorization connection content-length content-md5 date max-forwards server user-agent www-authenticate ' +
    'x-amzn-requestid x-amz-apigw-id'
  ).split(' '),
);

const DROPPED_FROM_RESPONSE = new Set(['expect', 'host', 'via']);

/**
 * HTTP_PROXY integration to client.
 * DIFFERS: REST: `Content-Encoding` to HTTP_PROXY and back; recordings show it dropped (their body was decoded), the guide's
 * table passes it, and so do we, since a coded body without its coding is unreadable.
 */
export function passResponseFields(headers: HeaderList): HeaderList {
  const listed = listedIn(headers);
  const passed: HeaderList = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const { sentAs, isRemapped } = RESPONSE_FATES.of(name);
    if (sentAs !== undefined && (isRemapped || !isListed(listed, name)))
      passed.push(sentAs, headers[i + 1] ?? '');
  }
  return passed;
}

interface ResponseFate {
  /** `undefined` = not at all. */
  readonly sentAs: string | undefined;
  readonly isRemapped: boolean;
}

const RESPONSE_FATES = new Fates((lower, name): ResponseFate => {
  if (REMAPPED.has(lower)) return { sentAs: REMAPPED_PREFIX + name, isRemapped: true };
  const isDropped = DROPPED_FROM_RESPONSE.has(lower) || isHopByHop(lower);
  return { sentAs: isDropped ? undefined : name, isRemapped: false };
});

const REMAPPED_TARGETS = new Set([...REMAPPED, 'expect', 'host', 'proxy-authenticate', 'trailer', 'upgrade']);

/** Name under which a mapped response header (HTTP, MOCK) is sent; `undefined` = not at all. */
export function responseTarget(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower === 'transfer-encoding') return undefined;
  return REMAPPED_TARGETS.has(lower) ? REMAPPED_PREFIX + name : name;
}

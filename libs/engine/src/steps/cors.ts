/**
 * `corsConfiguration` of an HTTP API (developer guide, "Configuring CORS for an HTTP API"): the gateway answers preflights
 * itself, before any authorizer and without a route, and owns the CORS fields of every response.
 */
import { firstField, removeFieldsWhere, setField } from '@gatehouse/standards';
import type { CorsSnapshot } from '@gatehouse/snapshot';
import type { Exchange, HeaderList } from '../exchange';
import type { ReplyStepFactory, StagePlan, Step } from '../program';

/** Request step. */
export function preflight({ cors }: StagePlan): Step | undefined {
  if (cors === undefined) return undefined;
  return (x) => {
    if (!isPreflight(x)) return;
    const headers: HeaderList = [];
    if (addOrigin(cors, x, headers)) {
      pushList(headers, 'access-control-allow-methods', cors.allowMethods);
      pushList(headers, 'access-control-allow-headers', cors.allowHeaders);
      if (cors.maxAgeSeconds !== undefined)
        headers.push('access-control-max-age', String(cors.maxAgeSeconds));
    }
    return { status: 204, headers, body: undefined };
  };
}

/** Reply step: what the backend says of CORS is removed, ours is added where the origin may read the response. */
export const cors: ReplyStepFactory = ({ cors: settings }) => {
  if (settings === undefined) return undefined;
  return (x, { headers }) => {
    if (isPreflight(x)) return;
    removeFieldsWhere(headers, (name) => /^access-control-/i.test(name));
    if (x.fields.origin === undefined) return;
    if (addOrigin(settings, x, headers))
      pushList(headers, 'access-control-expose-headers', settings.exposeHeaders);
  };
};

/** An OPTIONS call without both fields is an ordinary request. */
function isPreflight({ method, fields }: Exchange): boolean {
  return method === 'OPTIONS' && fields.origin !== undefined && fields.requestMethod !== undefined;
}

/** Says whether the origin is allowed; where the answer depends on it, caches are told so. */
function addOrigin(settings: CorsSnapshot, x: Exchange, headers: HeaderList): boolean {
  const allowed = allowedOrigin(settings, x.fields.origin ?? '');
  if (allowed !== '*') setField(headers, 'vary', varyWithOrigin(headers));
  if (allowed === undefined) return false;
  headers.push('access-control-allow-origin', allowed);
  // Browsers refuse credentials together with `*`, and AWS refuses to store the pair.
  if (settings.allowCredentials && allowed !== '*') headers.push('access-control-allow-credentials', 'true');
  return true;
}

/** `*`, or the origin itself where the list names it or its scheme (`https://*`). */
function allowedOrigin(settings: CorsSnapshot, origin: string): string | undefined {
  if (settings.allowOrigins.includes('*')) return '*';
  const lower = origin.toLowerCase();
  for (const allowed of settings.allowOrigins) {
    const pattern = allowed.toLowerCase();
    const isSchemeWildcard = pattern === 'https://*' || pattern === 'http://*';
    if (isSchemeWildcard ? lower.startsWith(pattern.slice(0, -1)) : lower === pattern) return origin;
  }
  return undefined;
}

function varyWithOrigin(headers: HeaderList): string {
  const present = firstField(headers, 'vary');
  if (present === undefined || present.toLowerCase() === 'origin') return 'Origin';
  return present === '*' ? '*' : `${present}, Origin`;
}

function pushList(headers: HeaderList, name: string, values: readonly string[]): void {
  if (values.length > 0) headers.push(name, values.join(','));
}

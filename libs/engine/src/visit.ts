/**
 * Where a request goes: the one that came last with the same headers, of one connection, is remembered for the next, which goes there
 * too if it has the same verb and path. Nothing of it is remembered over callers: a path may be a secret.
 */
import type { ApiKind } from '@gatehouse/snapshot';
import { forbiddenInConnection } from '@gatehouse/standards';
import { pathFault } from './canonical-path';
import { MAX_PAYLOAD_BYTES } from './counted-body';
import {
  FORBIDDEN,
  GatewayError,
  HEADERS_TOO_LARGE,
  httpFault,
  NOT_FOUND,
  restFault,
  type GatewayResponseKind,
  type Fault,
} from './errors';
import type { Destination, InboundRequest } from './exchange';
import type { StageProgram } from './program';
import type { RequestFields } from './request-fields';

export interface Visit {
  /** Stands for all programs of the gateway that found it. */
  readonly era: object;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly destination: Destination;
  /** It is refused for what these say, whatever its body. */
  readonly fault: Fault | undefined;
}

/** API Gateway quota "Total combined size of all header values". */
export const MAX_HEADER_BYTES = 10_240;

/** Where a request is addressed, as far as that is known before routing. */
export interface Site {
  readonly kind: ApiKind;
  readonly program: StageProgram | undefined;
  /** Starts after the stage. */
  readonly path: string;
  readonly apiPath: string;
}

/** A connection that idles keeps no longer text for it. */
const LONGEST_PATH = 1024;

export function mayBeKept({ path }: InboundRequest): boolean {
  return path.length <= LONGEST_PATH;
}

export function isSameVisit(visit: Visit, era: object, { method, host, path }: InboundRequest): boolean {
  return visit.era === era && visit.path === path && visit.method === method && visit.host === host;
}

export function visitOf(
  era: object,
  request: InboundRequest,
  fields: RequestFields,
  site: Site,
  program: StageProgram,
): Visit {
  const fault = earlyFault(request, fields, site, program);
  const method = effectiveMethod(request, fields, site.kind);
  const match = fault === undefined ? program.router.find(method, site.path) : undefined;
  const destination = {
    facts: program.facts,
    route: match?.route.program ?? program.unmatched,
    params: match?.values ?? [],
    method,
    path: site.path,
    apiPath: site.apiPath,
  };
  const { host, path } = request;
  return { era, method: request.method, host, path, destination, fault };
}

/**
 * What is refused before any route is looked for.
 * DIFFERS: `Connection` header that lists a protected name; it ends in 400.
 */
function earlyFault(
  request: InboundRequest,
  fields: RequestFields,
  { kind, program: found }: Site,
  { isEndpointDisabled }: StageProgram,
): Fault | undefined {
  if (fields.totalBytes > MAX_HEADER_BYTES) return HEADERS_TOO_LARGE;
  if (pathFault(request.path) !== undefined) return refusal('BAD_REQUEST_PARAMETERS', kind);
  if (found === undefined || isEndpointDisabled) return kind === 'REST' ? FORBIDDEN : NOT_FOUND;
  const isForged = forbiddenInConnection(fields.connection) !== undefined;
  return isForged ? refusal('BAD_REQUEST_PARAMETERS', kind) : undefined;
}

export function payloadFault({ body }: InboundRequest, kind: ApiKind): Fault | undefined {
  return (body.length ?? 0) > MAX_PAYLOAD_BYTES ? refusal('REQUEST_TOO_LARGE', kind) : undefined;
}

function refusal(code: GatewayResponseKind, kind: ApiKind): Fault {
  const error = new GatewayError(code);
  return kind === 'REST' ? restFault(error) : httpFault(error);
}

/** `X-HTTP-Method-Override` is a REST API's. */
function effectiveMethod(request: InboundRequest, { methodOverride }: RequestFields, kind: ApiKind): string {
  if (kind === 'HTTP' || methodOverride === undefined) return request.method;
  const override = methodOverride.trim().toUpperCase();
  return override === '' ? request.method : override;
}

/**
 * Rules of gateway responses (developer guide, "Gateway responses in API Gateway"; recorded answers). A type that is not
 * customised is shown as its class default says, DEFAULT_4XX or DEFAULT_5XX, where that one is.
 */
import { badRequest, notFound } from '../fault';
import { requirePaths, type PatchOperation } from '../patch/operation';
import { applyPatch, findEntry, type PatchEntry } from '../patch/table';
import { keyedEntry } from '../patch/keyed';
import { requireGatewayResponseMappings } from './mappings';
import type { GatewayResponse, RestApiGraph, StringMap } from './types';

export interface PutGatewayResponseInput {
  readonly statusCode?: string;
  readonly responseParameters?: StringMap;
  readonly responseTemplates?: StringMap;
}

/** As it is answered. `statusCode` is absent for a class default that sets none. */
export interface ShownGatewayResponse {
  readonly responseType: string;
  readonly statusCode?: string;
  readonly responseParameters: StringMap;
  readonly responseTemplates: StringMap;
  /** Is it not customised? */
  readonly defaultResponse: boolean;
}

/** With the statuses that AWS shows; what a refusal really answers by default is the engine's to know. */
const STATUSES: Readonly<Record<string, string | undefined>> = {
  ACCESS_DENIED: '403',
  API_CONFIGURATION_ERROR: '500',
  AUTHORIZER_CONFIGURATION_ERROR: '500',
  AUTHORIZER_FAILURE: '500',
  BAD_REQUEST_BODY: '400',
  BAD_REQUEST_PARAMETERS: '400',
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  EXPIRED_TOKEN: '403',
  INTEGRATION_FAILURE: '504',
  INTEGRATION_TIMEOUT: '504',
  INVALID_API_KEY: '403',
  INVALID_SIGNATURE: '403',
  MISSING_AUTHENTICATION_TOKEN: '403',
  QUOTA_EXCEEDED: '429',
  REQUEST_TOO_LARGE: '413',
  RESOURCE_NOT_FOUND: '404',
  THROTTLED: '429',
  UNAUTHORIZED: '401',
  UNSUPPORTED_MEDIA_TYPE: '415',
  WAF_FILTERED: '403',
};

const DEFAULT_TEMPLATES: StringMap = { 'application/json': '{"message":$context.error.messageString}' };

export function gatewayResponseOf(graph: RestApiGraph, type: string): ShownGatewayResponse {
  const own = customised(graph, type);
  if (own) return shown(type, own, STATUSES[type], false);
  const status = STATUSES[type];
  const byClass = status && customised(graph, status.startsWith('4') ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  return shown(type, byClass || {}, status, true);
}

/** All types, by name. */
export function gatewayResponsesOf(graph: RestApiGraph): ShownGatewayResponse[] {
  return Object.keys(STATUSES).map((type) => gatewayResponseOf(graph, type));
}

function customised({ gatewayResponses }: RestApiGraph, type: string): GatewayResponse | undefined {
  return Object.hasOwn(gatewayResponses, type) ? gatewayResponses[type] : undefined;
}

function shown(
  responseType: string,
  response: GatewayResponse,
  status: string | undefined,
  defaultResponse: boolean,
): ShownGatewayResponse {
  const statusCode = response.statusCode ?? status;
  return {
    responseType,
    ...(statusCode !== undefined && { statusCode }),
    responseParameters: response.responseParameters ?? {},
    responseTemplates: response.responseTemplates ?? { ...DEFAULT_TEMPLATES },
    defaultResponse,
  };
}

/** Creates or replaces; what is not given is the default again. */
export function putGatewayResponse(
  graph: RestApiGraph,
  type: string,
  input: PutGatewayResponseInput,
): ShownGatewayResponse {
  const response: GatewayResponse = {};
  if (input.statusCode) response.statusCode = input.statusCode;
  if (hasEntries(input.responseParameters)) response.responseParameters = { ...input.responseParameters };
  if (hasEntries(input.responseTemplates)) response.responseTemplates = { ...input.responseTemplates };
  requireSound(response);
  graph.gatewayResponses[type] = response;
  return gatewayResponseOf(graph, type);
}

function hasEntries(map: StringMap | undefined): map is StringMap {
  return map !== undefined && Object.keys(map).length > 0;
}

export function deleteGatewayResponse(graph: RestApiGraph, type: string): void {
  if (!customised(graph, type)) throw notFound('Gateway response type not defined on api');
  delete graph.gatewayResponses[type];
}

/** An operation that a path does not take is answered as an unknown path (recorded). */
export function updateGatewayResponse(
  graph: RestApiGraph,
  type: string,
  operations: readonly PatchOperation[],
): ShownGatewayResponse {
  requirePaths(operations);
  const response = structuredClone(customised(graph, type) ?? {});
  for (const { op, path } of operations) {
    if (findEntry(GATEWAY_RESPONSE, path)?.entry.ops.includes(op) !== true) {
      throw badRequest(`Invalid patch path ${path}`);
    }
  }
  applyPatch(GATEWAY_RESPONSE, response, operations);
  requireSound(response);
  graph.gatewayResponses[type] = response;
  return gatewayResponseOf(graph, type);
}

function valueOf(member: string): (operation: PatchOperation) => string {
  return ({ value }) => {
    if (!value) throw badRequest(`Invalid null or empty value in ${member}`);
    return value;
  };
}

const GATEWAY_RESPONSE: readonly PatchEntry<GatewayResponse>[] = [
  {
    path: '/statusCode',
    ops: ['replace'],
    apply: (response, { value = '' }) => void (response.statusCode = value),
  },
  keyedEntry<GatewayResponse, string>({
    path: '/responseParameters',
    member: 'responseParameters',
    unknown: 'Invalid parameter name specified',
    read: valueOf('responseParameters'),
  }),
  keyedEntry<GatewayResponse, string>({
    path: '/responseTemplates',
    member: 'responseTemplates',
    unknown: 'Content-Type specified was not found',
    read: valueOf('responseTemplates'),
  }),
];

function requireSound({ statusCode, responseParameters, responseTemplates }: GatewayResponse): void {
  if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode)) {
    throw badRequest(`Invalid status code specified: ${statusCode}`);
  }
  requireValues('responseParameters', responseParameters);
  requireValues('responseTemplates', responseTemplates);
  requireGatewayResponseMappings(responseParameters);
}

function requireValues(member: string, map: StringMap = {}): void {
  if (Object.values(map).some((value) => !value)) {
    throw badRequest(`Invalid null or empty value in ${member}`);
  }
}

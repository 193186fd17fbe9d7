/** Rules of methods and method responses. */
import { badRequest, conflict, notFound } from '../fault';
import { keyedEntry } from '../patch/keyed';
import { patchBoolean, type PatchOperation } from '../patch/operation';
import { applyPatch, type PatchEntry } from '../patch/table';
import { requireModels, requireValidator, settleAuthorizer } from './references';
import { resourceOf } from './resources';
import type { Method, MethodResponse, RestApiGraph, StringMap } from './types';

const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY'];
const AUTHORIZATION_TYPES = ['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS'];

export interface PutMethodInput {
  readonly authorizationType: string;
  readonly authorizerId?: string;
  readonly authorizationScopes?: string[];
  readonly apiKeyRequired?: boolean;
  readonly operationName?: string;
  readonly requestParameters?: Record<string, boolean>;
  readonly requestModels?: StringMap;
  readonly requestValidatorId?: string;
}

export function methodOf(graph: RestApiGraph, resourceId: string, verb: string): Method {
  const { resourceMethods } = resourceOf(graph, resourceId);
  const method = Object.hasOwn(resourceMethods, verb) ? resourceMethods[verb] : undefined;
  if (!method) throw notFound('Invalid Method identifier specified');
  return method;
}

export function putMethod(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  input: PutMethodInput,
): Method {
  const resource = resourceOf(graph, resourceId);
  if (!VERBS.includes(verb))
    throw badRequest(`Invalid HttpMethod specified. Valid options are ${VERBS.join(',')}`);
  if (Object.hasOwn(resource.resourceMethods, verb))
    throw conflict('Method already exists for this resource');
  const method: Method = {
    httpMethod: verb,
    authorizationType: requireAuthorizationType(input.authorizationType),
    apiKeyRequired: input.apiKeyRequired ?? false,
  };
  if (input.operationName) method.operationName = input.operationName;
  if (input.requestParameters) method.requestParameters = { ...input.requestParameters };
  if (input.requestModels) method.requestModels = { ...input.requestModels };
  if (input.authorizationScopes?.length) method.authorizationScopes = [...input.authorizationScopes];
  if (input.authorizerId) method.authorizerId = input.authorizerId;
  requireSound(graph, method, input.requestValidatorId);
  resource.resourceMethods[verb] = method;
  return method;
}

export function deleteMethod(graph: RestApiGraph, resourceId: string, verb: string): void {
  methodOf(graph, resourceId, verb);
  delete resourceOf(graph, resourceId).resourceMethods[verb];
}

function requireAuthorizationType(type: string): string {
  if (!AUTHORIZATION_TYPES.includes(type.toUpperCase())) {
    throw badRequest(
      `Invalid authorization type specified. Valid options are ${AUTHORIZATION_TYPES.join(',')}`,
    );
  }
  return type;
}

function requireSound(graph: RestApiGraph, method: Method, validatorId: string | undefined): void {
  settleAuthorizer(graph, method);
  requireValidator(validatorId);
  requireModels(method.requestModels);
  const names = Object.keys(method.requestParameters ?? {}).map(
    (key) => key.split('.').slice(3).join('.') || key,
  );
  if (new Set(names).size !== names.length) {
    throw badRequest('Parameter names must be unique across querystring, header and path');
  }
}

function patchScope(method: Method, { op, value }: PatchOperation): void {
  const others = (method.authorizationScopes ?? []).filter((scope) => scope !== value);
  if (op === 'add' && value) others.push(value);
  if (others.length > 0) method.authorizationScopes = others;
  else delete method.authorizationScopes;
}

const UNKNOWN_PARAMETER = 'Invalid parameter name specified';
const UNKNOWN_CONTENT_TYPE = 'Content-Type specified was not found';

const METHOD: readonly PatchEntry<Method>[] = [
  {
    path: '/apiKeyRequired',
    ops: ['replace'],
    apply: (method, { value }) => void (method.apiKeyRequired = patchBoolean(value)),
  },
  {
    path: '/authorizationType',
    ops: ['replace'],
    apply: (method, { value }) => void (method.authorizationType = requireAuthorizationType(value ?? '')),
  },
  {
    path: '/authorizerId',
    ops: ['replace'],
    apply: (method, { value }) => {
      if (value) method.authorizerId = value;
      else delete method.authorizerId;
    },
  },
  {
    path: '/operationName',
    ops: ['replace'],
    apply: (method, { value }) => {
      if (value) method.operationName = value;
      else delete method.operationName;
    },
  },
  { path: '/requestValidatorId', ops: ['replace'], apply: (_method, { value }) => requireValidator(value) },
  { path: '/authorizationScopes', ops: ['add', 'remove'], apply: patchScope },
  keyedEntry<Method, boolean>({
    path: '/requestParameters',
    member: 'requestParameters',
    unknown: UNKNOWN_PARAMETER,
    read: ({ value }) => patchBoolean(value),
  }),
  keyedEntry<Method, string>({
    path: '/requestModels',
    member: 'requestModels',
    unknown: UNKNOWN_CONTENT_TYPE,
    read: ({ value }) => value ?? '',
  }),
];

export function updateMethod(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  operations: readonly PatchOperation[],
): Method {
  const method = methodOf(graph, resourceId, verb);
  applyPatch(METHOD, method, operations);
  requireSound(graph, method, undefined);
  return method;
}

export interface PutMethodResponseInput {
  readonly responseParameters?: Record<string, boolean>;
  readonly responseModels?: StringMap;
}

export function methodResponseOf(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
): MethodResponse {
  const responses = methodOf(graph, resourceId, verb).methodResponses ?? {};
  const response = Object.hasOwn(responses, status) ? responses[status] : undefined;
  if (!response) throw notFound('Invalid Response status code specified');
  return response;
}

export function putMethodResponse(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
  input: PutMethodResponseInput,
): MethodResponse {
  const method = methodOf(graph, resourceId, verb);
  if (method.methodResponses && Object.hasOwn(method.methodResponses, status)) {
    throw conflict('Response already exists for this resource');
  }
  requireModels(input.responseModels);
  const response: MethodResponse = { statusCode: status };
  if (input.responseParameters) response.responseParameters = { ...input.responseParameters };
  if (input.responseModels) response.responseModels = { ...input.responseModels };
  method.methodResponses = { ...method.methodResponses, [status]: response };
  return response;
}

export function deleteMethodResponse(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
): void {
  methodResponseOf(graph, resourceId, verb, status);
  const method = methodOf(graph, resourceId, verb);
  const others = Object.entries(method.methodResponses ?? {}).filter(([code]) => code !== status);
  if (others.length > 0) method.methodResponses = Object.fromEntries(others);
  else delete method.methodResponses;
}

const METHOD_RESPONSE: readonly PatchEntry<MethodResponse>[] = [
  keyedEntry<MethodResponse, boolean>({
    path: '/responseParameters',
    member: 'responseParameters',
    unknown: UNKNOWN_PARAMETER,
    read: ({ value }) => patchBoolean(value),
  }),
  keyedEntry<MethodResponse, string>({
    path: '/responseModels',
    member: 'responseModels',
    unknown: UNKNOWN_CONTENT_TYPE,
    read: ({ value }) => value ?? '',
  }),
];

export function updateMethodResponse(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
  operations: readonly PatchOperation[],
): MethodResponse {
  const response = methodResponseOf(graph, resourceId, verb, status);
  applyPatch(METHOD_RESPONSE, response, operations);
  requireModels(response.responseModels);
  return response;
}

/** REST methods -> routes. A method without an integration, or with one no node can run yet, becomes a problem. */
import type { Integration, IntegrationResponse, Method, Resource, RestApiGraph } from '@gatehouse/catalog';
import type {
  AuthorizationSnapshot,
  FunctionIntegration,
  IntegrationResponseSnapshot,
  IntegrationSnapshot,
  PassthroughBehavior,
  Problem,
  Route,
} from '@gatehouse/snapshot';
import { functionArnIn } from './function-arn';

export interface Routes {
  readonly routes: readonly Route[];
  readonly problems: readonly Problem[];
}

export function restRoutes(graph: RestApiGraph): Routes {
  const routes: Route[] = [];
  const problems: Problem[] = [];
  const resources = Object.values(graph.resources).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const resource of resources) {
    const methods = Object.values(resource.resourceMethods);
    for (const method of methods.sort((a, b) => (a.httpMethod < b.httpMethod ? -1 : 1))) {
      const path = `/routes/${escaped(keyOf(resource, method))}`;
      routes.push(route(resource, method, integration(method.methodIntegration, path, problems)));
    }
  }
  return { routes, problems };
}

/** A JSON pointer token (RFC 6901). */
export const escaped = (token: string): string => token.replace(/~/g, '~0').replace(/\//g, '~1');

const keyOf = (resource: Resource, method: Method): string => `${method.httpMethod} ${resource.path}`;

function route(resource: Resource, method: Method, integrationSnapshot: IntegrationSnapshot): Route {
  return {
    id: resource.id,
    method: method.httpMethod,
    path: resource.path,
    key: keyOf(resource, method),
    ...(method.operationName !== undefined && { operationName: method.operationName }),
    authorization: authorization(method),
    apiKeyRequired: method.apiKeyRequired,
    integration: integrationSnapshot,
  };
}

function authorization({
  authorizationType,
  authorizerId,
  authorizationScopes,
}: Method): AuthorizationSnapshot {
  const type = authorizationType.toUpperCase() as AuthorizationSnapshot['type'];
  return {
    type,
    ...(authorizerId !== undefined && { authorizerId }),
    ...(authorizationScopes !== undefined && { scopes: authorizationScopes }),
  };
}

function integration(
  source: Integration | undefined,
  path: string,
  problems: Problem[],
): IntegrationSnapshot {
  if (!source) {
    problems.push({
      path,
      code: 'NO_INTEGRATION',
      message: 'The method has no integration; it answers 500.',
    });
    return { type: 'UNAVAILABLE', declaredType: 'NONE' };
  }
  const { type, uri } = source;
  const arn = functionArnIn(uri);
  if (arn !== undefined && (type === 'AWS_PROXY' || type === 'AWS')) {
    if (source.httpMethod === 'POST') return toFunction(source, type, arn);
    problems.push({
      path: `${path}/integration/httpMethod`,
      code: 'NOT_POST',
      message: `Functions are invoked by POST, not by ${source.httpMethod ?? 'nothing'}; the method answers 500.`,
    });
    return { type: 'UNAVAILABLE', declaredType: type };
  }
  if (type === 'MOCK') return { type, ...mapping(source) };
  const isHttp = type === 'HTTP' || type === 'HTTP_PROXY';
  if (isHttp && source.connectionType !== 'VPC_LINK') return toHttp(source, type);
  const what = isHttp ? 'VPC links' : `Integrations of type ${type}`;
  problems.push({
    path: `${path}/integration`,
    code: 'NOT_SUPPORTED',
    message: `${what} are not served yet; the method answers 500.`,
  });
  return { type: 'UNAVAILABLE', declaredType: type };
}

function toHttp(source: Integration, type: 'HTTP' | 'HTTP_PROXY'): IntegrationSnapshot {
  return {
    type,
    uri: source.uri ?? '',
    ...(source.httpMethod !== undefined && { method: source.httpMethod }),
    timeoutMs: source.timeoutInMillis,
    tlsInsecureSkipVerification: source.tlsConfig?.insecureSkipVerification ?? false,
    requestParameters: source.requestParameters ?? {},
    responseParameters: {},
    ...mapping(source),
  };
}

function toFunction(
  source: Integration,
  type: 'AWS_PROXY' | 'AWS',
  functionArn: string,
): FunctionIntegration {
  return {
    type,
    functionArn,
    payloadFormat: '1.0',
    ...(source.credentials !== undefined && { credentials: source.credentials }),
    timeoutMs: source.timeoutInMillis,
    requestParameters: source.requestParameters ?? {},
    ...mapping(source),
  };
}

function mapping(source: Integration): {
  requestTemplates: Record<string, string>;
  passthroughBehavior: PassthroughBehavior;
  responses: IntegrationResponseSnapshot[];
} {
  return {
    requestTemplates: texts(source.requestTemplates),
    passthroughBehavior: source.passthroughBehavior as PassthroughBehavior,
    responses: Object.values(source.integrationResponses ?? {}).map(response),
  };
}

function response(source: IntegrationResponse): IntegrationResponseSnapshot {
  return {
    statusCode: source.statusCode,
    ...(source.selectionPattern !== undefined && { selectionPattern: source.selectionPattern }),
    responseParameters: source.responseParameters ?? {},
    responseTemplates: texts(source.responseTemplates),
  };
}

/** A null template is stored for an empty one: it renders to nothing. */
function texts(templates: Readonly<Record<string, string | null>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(templates ?? {}).map(([type, text]) => [type, text ?? '']));
}

/** HTTP API routes -> snapshot routes. */
import type { HttpApiGraph, HttpApiIntegration, HttpRoute } from '@gatehouse/catalog';
import type { FunctionIntegration, IntegrationSnapshot, Problem, Route } from '@gatehouse/snapshot';
import { functionArnIn } from './function-arn';
import { escaped, type Routes } from './rest-routes';

export function httpRoutes(graph: HttpApiGraph): Routes {
  const problems: Problem[] = [];
  const routes = Object.values(graph.routes)
    .sort((a, b) => (a.routeKey < b.routeKey ? -1 : 1))
    .map((route) => toRoute(graph, route, problems));
  return { routes, problems };
}

function toRoute(graph: HttpApiGraph, route: HttpRoute, problems: Problem[]): Route {
  const [method = 'ANY', path = '$default'] = route.routeKey === '$default' ? [] : route.routeKey.split(' ');
  const at = `/routes/${escaped(route.routeKey)}`;
  const id = route.target?.split('/')[1] ?? '';
  return {
    id: route.routeId,
    method,
    path,
    key: route.routeKey,
    ...(route.operationName !== undefined && { operationName: route.operationName }),
    authorization: {
      type: route.authorizationType as 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'JWT',
      ...(route.authorizerId !== undefined && { authorizerId: route.authorizerId }),
      ...(route.authorizationScopes !== undefined && { scopes: route.authorizationScopes }),
    },
    apiKeyRequired: route.apiKeyRequired,
    integration: integration(graph.integrations[id], at, problems),
  };
}

function integration(
  source: HttpApiIntegration | undefined,
  at: string,
  problems: Problem[],
): IntegrationSnapshot {
  if (!source) {
    problems.push({
      path: `${at}/target`,
      code: 'NO_INTEGRATION',
      message: 'The route has no integration; it answers 500.',
    });
    return { type: 'UNAVAILABLE', declaredType: 'NONE' };
  }
  const arn = functionArnIn(source.integrationUri);
  if (source.integrationType === 'AWS_PROXY' && source.integrationSubtype === undefined && arn !== undefined)
    return toFunction(source, arn);
  if (source.integrationType !== 'HTTP_PROXY' || source.connectionType === 'VPC_LINK') {
    const what =
      source.connectionType === 'VPC_LINK' ? 'VPC links' : `Integrations of type ${source.integrationType}`;
    problems.push({
      path: `${at}/target`,
      code: 'NOT_SUPPORTED',
      message: `${what} are not served yet; the route answers 500.`,
    });
    return { type: 'UNAVAILABLE', declaredType: source.integrationType };
  }
  return {
    type: 'HTTP_PROXY',
    uri: source.integrationUri ?? '',
    ...(source.integrationMethod !== undefined && { method: source.integrationMethod }),
    timeoutMs: source.timeoutInMillis,
    tlsInsecureSkipVerification: false,
    requestParameters: source.requestParameters ?? {},
    requestTemplates: {},
    passthroughBehavior: 'WHEN_NO_MATCH',
    responses: [],
    responseParameters: source.responseParameters ?? {},
  };
}

function toFunction(source: HttpApiIntegration, functionArn: string): FunctionIntegration {
  return {
    type: 'AWS_PROXY',
    functionArn,
    payloadFormat: source.payloadFormatVersion === '1.0' ? '1.0' : '2.0',
    ...(source.credentialsArn !== undefined && { credentials: source.credentialsArn }),
    timeoutMs: source.timeoutInMillis,
    requestParameters: {},
    requestTemplates: {},
    passthroughBehavior: 'WHEN_NO_MATCH',
    responses: [],
  };
}

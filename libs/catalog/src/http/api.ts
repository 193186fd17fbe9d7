/** Rules of the HTTP API object: defaults, CORS, and the quick create that makes a whole API of one `target`. */
import { badRequest } from '../fault';
import type { StringMap } from '../rest/types';
import { requireTags } from '../tags';
import { createIntegration, updateHttpIntegration, type IntegrationInput } from './integrations';
import { createRoute, updateRoute } from './routes';
import { newStage } from './stages';
import type { Cors, HttpApi, HttpApiGraph, HttpStage } from './types';

export interface ApiInput {
  readonly name?: string;
  readonly description?: string;
  readonly version?: string;
  readonly corsConfiguration?: Cors;
  readonly disableExecuteApiEndpoint?: boolean;
  readonly ipAddressType?: string;
  readonly apiKeySelectionExpression?: string;
  readonly routeSelectionExpression?: string;
  readonly target?: string;
  readonly routeKey?: string;
  readonly credentialsArn?: string;
}

export interface CreateApiInput extends ApiInput {
  readonly protocolType: string;
  readonly tags?: StringMap;
}

export interface NewHttpApi {
  readonly apiId: string;
  readonly apiEndpoint: string;
  readonly now: number;
  /** A fresh id of a child (route, integration). */
  readonly childId: () => string;
}

/** `stage` is there when `target` asked for a quick create: `$default`, deploying by itself. */
export function createHttpApi(
  input: CreateApiInput,
  fresh: NewHttpApi,
): { graph: HttpApiGraph; stage?: HttpStage } {
  if (input.tags) requireTags(input.tags);
  const api: HttpApi = {
    apiId: fresh.apiId,
    name: requireName(input.name),
    protocolType: 'HTTP',
    apiEndpoint: fresh.apiEndpoint,
    apiKeySelectionExpression: '$request.header.x-api-key',
    routeSelectionExpression: '$request.method $request.path',
    disableExecuteApiEndpoint: false,
    ipAddressType: 'ipv4',
    createdDate: fresh.now,
    tags: { ...input.tags },
  };
  const graph: HttpApiGraph = { kind: 'HTTP', api, routes: {}, integrations: {}, authorizers: {} };
  applyApi(api, input);
  if (input.target === undefined) {
    if (input.routeKey !== undefined) throw badRequest('Quick create requires a target with a routeKey');
    return { graph };
  }
  quickCreate(graph, input, fresh);
  return { graph, stage: newStage({ stageName: '$default', autoDeploy: true }, fresh.now, true) };
}

function quickCreate(graph: HttpApiGraph, input: CreateApiInput, fresh: NewHttpApi): void {
  const integration = createIntegration(
    graph,
    {
      ...integrationFor(input.target ?? ''),
      ...(input.credentialsArn && { credentialsArn: input.credentialsArn }),
    },
    fresh.childId(),
  );
  integration.apiGatewayManaged = true;
  const route = createRoute(
    graph,
    { routeKey: input.routeKey ?? '$default', target: `integrations/${integration.integrationId}` },
    fresh.childId(),
  );
  route.apiGatewayManaged = true;
}

/** A target that is an ARN is a Lambda function, any other an address. */
function integrationFor(target: string): IntegrationInput {
  return target.startsWith('arn:')
    ? { integrationType: 'AWS_PROXY', integrationUri: target, payloadFormatVersion: '2.0' }
    : {
        integrationType: 'HTTP_PROXY',
        integrationUri: target,
        integrationMethod: 'ANY',
        payloadFormatVersion: '1.0',
      };
}

/** UpdateApi: plain members, absent = unchanged. `target`/`routeKey`/`credentialsArn` change the managed parts. */
export function updateHttpApi(graph: HttpApiGraph, input: ApiInput): void {
  if (input.name !== undefined) graph.api.name = requireName(input.name);
  applyApi(graph.api, input);
  updateManaged(graph, input);
}

function updateManaged(graph: HttpApiGraph, input: ApiInput): void {
  if (input.target === undefined && input.routeKey === undefined && input.credentialsArn === undefined)
    return;
  const integration = Object.values(graph.integrations).find((one) => one.apiGatewayManaged);
  const route = Object.values(graph.routes).find((one) => one.apiGatewayManaged);
  if (!integration || !route) {
    throw badRequest('target, routeKey and credentialsArn can be updated for APIs made by quick create only');
  }
  updateHttpIntegration(graph, integration.integrationId, {
    ...(input.target !== undefined && integrationFor(input.target)),
    ...(input.credentialsArn !== undefined && { credentialsArn: input.credentialsArn }),
  });
  if (input.routeKey !== undefined) updateRoute(graph, route.routeId, { routeKey: input.routeKey });
}

function applyApi(api: HttpApi, input: ApiInput): void {
  requireExpressions(input);
  if (input.description !== undefined) api.description = input.description;
  if (input.version !== undefined) api.version = input.version;
  if (input.corsConfiguration) api.corsConfiguration = requireCors(input.corsConfiguration);
  if (input.disableExecuteApiEndpoint !== undefined)
    api.disableExecuteApiEndpoint = input.disableExecuteApiEndpoint;
  if (input.ipAddressType !== undefined) api.ipAddressType = input.ipAddressType;
}

function requireExpressions(input: ApiInput): void {
  const expression = input.routeSelectionExpression;
  if (expression !== undefined && !/^\$\{?request\.method\}? \$\{?request\.path\}?$/.test(expression)) {
    throw badRequest('The routeSelectionExpression of an HTTP API must be ${request.method} ${request.path}');
  }
}

function requireName(name: string | undefined): string {
  if (!name || name.length > 128) throw badRequest('Name must be 1 to 128 characters long');
  return name;
}

function requireCors(cors: Cors): Cors {
  if (cors.allowCredentials && cors.allowOrigins?.includes('*')) {
    throw badRequest('allowCredentials is not supported for a wildcard in allowOrigins');
  }
  if (cors.maxAge !== undefined && !(cors.maxAge >= -1 && cors.maxAge <= 86_400)) {
    throw badRequest('maxAge must be between -1 and 86400');
  }
  for (const origin of cors.allowOrigins ?? []) {
    if (!/^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+|null)$/i.test(origin))
      throw badRequest(`Invalid allowOrigins value: ${origin}`);
  }
  return { ...cors };
}

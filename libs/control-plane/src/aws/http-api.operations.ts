/** apigatewayv2: Api, CORS configuration, Route, Integration and Tags. */
import { AwsError } from '@gatehouse/aws-wire';
import {
  badRequest,
  httpIntegrationOf,
  routeOf,
  type ApiInput,
  type CreateApiInput,
  type IntegrationInput,
  type RouteInput,
} from '@gatehouse/catalog';
import type { HttpApis } from '../services/http-apis';
import { pageOf, type Page, type PageRequest } from '../services/pages';
import type { Tags } from '../services/tags';
import { handlersOf, type OperationHandler, type TokenPage } from './handler';

const on = handlersOf('apigatewayv2');

interface ApiKey {
  readonly apiId: string;
}

export function pageRequest({ nextToken, maxResults }: TokenPage): PageRequest {
  if (maxResults !== undefined && !/^\d+$/.test(maxResults)) throw badRequest('maxResults must be a number');
  return { ...(nextToken && { cursor: nextToken }), ...(maxResults && { limit: Number(maxResults) }) };
}

export function answerPage(page: Page<unknown>): object {
  return { items: page.items, nextToken: page.next };
}

function requireHttp(protocolType: string): void {
  if (protocolType === 'HTTP') return;
  throw new AwsError('NotImplementedException', 501, 'Gatehouse does not implement WebSocket APIs yet.');
}

export function httpApiOperations(apis: HttpApis): OperationHandler[] {
  return [
    on('CreateApi', async (input: CreateApiInput, caller) => {
      requireHttp(input.protocolType);
      return apis.create(caller, input);
    }),
    on('GetApi', ({ apiId }: ApiKey, caller) => apis.get(caller, apiId)),
    on('GetApis', async (input: TokenPage, caller) =>
      answerPage(await apis.list(caller, pageRequest(input))),
    ),
    on('UpdateApi', ({ apiId, ...input }: ApiKey & ApiInput, caller) => apis.update(caller, apiId, input)),
    on('DeleteApi', ({ apiId }: ApiKey, caller) => apis.delete(caller, apiId)),
    on('DeleteCorsConfiguration', ({ apiId }: ApiKey, caller) => apis.deleteCors(caller, apiId)),
  ];
}

interface RouteKey extends ApiKey {
  readonly routeId: string;
}

export function routeOperations(apis: HttpApis): OperationHandler[] {
  return [
    on('CreateRoute', ({ apiId, ...input }: ApiKey & RouteInput, caller) =>
      apis.createRoute(caller, apiId, input),
    ),
    on('GetRoute', async ({ apiId, routeId }: RouteKey, caller) =>
      routeOf(await apis.draft(caller, apiId), routeId),
    ),
    on('GetRoutes', async ({ apiId, ...page }: ApiKey & TokenPage, caller) => {
      const { routes } = await apis.draft(caller, apiId);
      return answerPage(pageOf(Object.values(routes), ({ routeId }) => routeId, pageRequest(page)));
    }),
    on('UpdateRoute', ({ apiId, routeId, ...input }: RouteKey & RouteInput, caller) =>
      apis.updateRoute(caller, apiId, routeId, input),
    ),
    on('DeleteRoute', ({ apiId, routeId }: RouteKey, caller) => apis.deleteRoute(caller, apiId, routeId)),
  ];
}

interface IntegrationKey extends ApiKey {
  readonly integrationId: string;
}

export function httpIntegrationOperations(apis: HttpApis): OperationHandler[] {
  return [
    on('CreateIntegration', ({ apiId, ...input }: ApiKey & IntegrationInput, caller) =>
      apis.createIntegration(caller, apiId, input),
    ),
    on('GetIntegration', async ({ apiId, integrationId }: IntegrationKey, caller) =>
      httpIntegrationOf(await apis.draft(caller, apiId), integrationId),
    ),
    on('GetIntegrations', async ({ apiId, ...page }: ApiKey & TokenPage, caller) => {
      const { integrations } = await apis.draft(caller, apiId);
      return answerPage(pageOf(Object.values(integrations), (one) => one.integrationId, pageRequest(page)));
    }),
    on('UpdateIntegration', ({ apiId, integrationId, ...input }: IntegrationKey & IntegrationInput, caller) =>
      apis.updateIntegration(caller, apiId, integrationId, input),
    ),
    on('DeleteIntegration', ({ apiId, integrationId }: IntegrationKey, caller) =>
      apis.deleteIntegration(caller, apiId, integrationId),
    ),
  ];
}

export function httpTagOperations(tags: Tags): OperationHandler[] {
  return [
    on('GetTags', async ({ resourceArn }: { resourceArn: string }, caller) => ({
      tags: await tags.get(caller, resourceArn),
    })),
    on('TagResource', async (input: { resourceArn: string; tags?: Record<string, string> }, caller) => {
      await tags.add(caller, input.resourceArn, input.tags ?? {});
      return {};
    }),
    on('UntagResource', (input: { resourceArn: string; tagKeys: string[] }, caller) =>
      tags.remove(caller, input.resourceArn, input.tagKeys),
    ),
  ];
}

/** Every AWS operation that has a handler. */
import type { Services } from '../services';
import { apiKeyOperations, usageOperations, usagePlanOperations } from './api-key.operations';
import { httpAuthorizerOperations, restAuthorizerOperations } from './authorizer.operations';
import { gatewayResponseOperations } from './gateway-response.operations';
import type { OperationHandler } from './handler';
import {
  httpApiOperations,
  httpIntegrationOperations,
  httpTagOperations,
  routeOperations,
} from './http-api.operations';
import { httpDeploymentOperations, httpStageOperations } from './http-stage.operations';
import {
  accountOperations,
  resourceOperations,
  restApiOperations,
  tagOperations,
} from './rest-api.operations';
import { methodOperations } from './rest-method.operations';
import { deploymentOperations, stageOperations } from './rest-stage.operations';

export function awsOperations(services: Services): OperationHandler[] {
  return [
    ...restApiOperations(services.restApis),
    ...resourceOperations(services.restApis),
    ...methodOperations(services.restApis),
    ...restAuthorizerOperations(services.restApis, services.authorizerTrials),
    ...gatewayResponseOperations(services.restApis),
    ...deploymentOperations(services.restStages),
    ...stageOperations(services.restStages),
    ...tagOperations(services.tags),
    ...accountOperations(services.accounts),
    ...apiKeyOperations(services.apiKeys),
    ...usagePlanOperations(services.usagePlans),
    ...usageOperations(services.usage),
    ...httpApiOperations(services.httpApis),
    ...routeOperations(services.httpApis),
    ...httpAuthorizerOperations(services.httpApis),
    ...httpIntegrationOperations(services.httpApis),
    ...httpStageOperations(services.httpStages),
    ...httpDeploymentOperations(services.httpStages),
    ...httpTagOperations(services.tags),
  ];
}

/** apigatewayv2: Stage and Deployment. */
import { notFound, type HttpStageInput } from '@gatehouse/catalog';
import type { HttpStages } from '../services/http-stages';
import { handlersOf, type OperationHandler, type TokenPage } from './handler';
import { answerPage, pageRequest } from './http-api.operations';

const on = handlersOf('apigatewayv2');

interface ApiKey {
  readonly apiId: string;
}
interface StageKey extends ApiKey {
  readonly stageName: string;
}
interface DeploymentKey extends ApiKey {
  readonly deploymentId: string;
}

export function httpStageOperations(stages: HttpStages): OperationHandler[] {
  return [
    on('CreateStage', ({ apiId, ...input }: ApiKey & HttpStageInput, caller) =>
      stages.createStage(caller, apiId, input),
    ),
    on('GetStage', ({ apiId, stageName }: StageKey, caller) => stages.getStage(caller, apiId, stageName)),
    on('GetStages', async ({ apiId, ...page }: ApiKey & TokenPage, caller) =>
      answerPage(await stages.listStages(caller, apiId, pageRequest(page))),
    ),
    on('UpdateStage', ({ apiId, stageName, ...input }: StageKey & HttpStageInput, caller) =>
      stages.updateStage(caller, apiId, stageName, input),
    ),
    on('DeleteStage', ({ apiId, stageName }: StageKey, caller) =>
      stages.deleteStage(caller, apiId, stageName),
    ),
    on('ResetAuthorizersCache', ({ apiId, stageName }: StageKey, caller) =>
      stages.resetAuthorizersCache(caller, apiId, stageName),
    ),
    on('DeleteAccessLogSettings', async ({ apiId, stageName }: StageKey, caller) => {
      await stages.editStage(caller, apiId, stageName, (stage) => void delete stage.accessLogSettings);
    }),
    on(
      'DeleteRouteSettings',
      async ({ apiId, stageName, routeKey }: StageKey & { routeKey: string }, caller) => {
        await stages.editStage(caller, apiId, stageName, (stage) => {
          if (!Object.hasOwn(stage.routeSettings, routeKey))
            throw notFound(`Unable to find route settings of ${routeKey}`);
          delete stage.routeSettings[routeKey];
        });
      },
    ),
  ];
}

export function httpDeploymentOperations(stages: HttpStages): OperationHandler[] {
  return [
    on(
      'CreateDeployment',
      ({ apiId, ...input }: ApiKey & { description?: string; stageName?: string }, caller) =>
        stages.createDeployment(caller, apiId, input),
    ),
    on('GetDeployment', ({ apiId, deploymentId }: DeploymentKey, caller) =>
      stages.getDeployment(caller, apiId, deploymentId),
    ),
    on('GetDeployments', async ({ apiId, ...page }: ApiKey & TokenPage, caller) =>
      answerPage(await stages.listDeployments(caller, apiId, pageRequest(page))),
    ),
    on('UpdateDeployment', (input: DeploymentKey & { description?: string }, caller) =>
      stages.updateDeployment(caller, input.apiId, input.deploymentId, input.description),
    ),
    on('DeleteDeployment', ({ apiId, deploymentId }: DeploymentKey, caller) =>
      stages.deleteDeployment(caller, apiId, deploymentId),
    ),
  ];
}

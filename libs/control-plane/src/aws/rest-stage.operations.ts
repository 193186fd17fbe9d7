/** apigateway: Deployment and Stage. */
import type { CreateDeploymentInput, CreateStageInput, PatchOperation } from '@gatehouse/catalog';
import type { RestStages } from '../services/rest-stages';
import { handlersOf, positionRequest, type OperationHandler, type PositionPage } from './handler';

const on = handlersOf('apigateway');

interface Patch {
  readonly patchOperations?: PatchOperation[];
}
interface DeploymentKey {
  readonly restApiId: string;
  readonly deploymentId: string;
}
interface StageKey {
  readonly restApiId: string;
  readonly stageName: string;
}

export function deploymentOperations(stages: RestStages): OperationHandler[] {
  return [
    on('CreateDeployment', ({ restApiId, ...input }: { restApiId: string } & CreateDeploymentInput, caller) =>
      stages.createDeployment(caller, restApiId, input),
    ),
    on('GetDeployment', (input: DeploymentKey & { embed?: string[] }, caller) =>
      stages.getDeployment(
        caller,
        input.restApiId,
        input.deploymentId,
        input.embed?.includes('apisummary') ?? false,
      ),
    ),
    on('GetDeployments', async ({ restApiId, ...request }: { restApiId: string } & PositionPage, caller) => {
      const page = await stages.listDeployments(caller, restApiId, positionRequest(request));
      return { items: page.items, position: page.next };
    }),
    on(
      'UpdateDeployment',
      ({ restApiId, deploymentId, patchOperations = [] }: DeploymentKey & Patch, caller) =>
        stages.updateDeployment(caller, restApiId, deploymentId, patchOperations),
    ),
    on('DeleteDeployment', ({ restApiId, deploymentId }: DeploymentKey, caller) =>
      stages.deleteDeployment(caller, restApiId, deploymentId),
    ),
  ];
}

export function stageOperations(stages: RestStages): OperationHandler[] {
  return [
    on('CreateStage', ({ restApiId, ...input }: { restApiId: string } & CreateStageInput, caller) =>
      stages.createStage(caller, restApiId, input),
    ),
    on('GetStage', ({ restApiId, stageName }: StageKey, caller) =>
      stages.getStage(caller, restApiId, stageName),
    ),
    on(
      'GetStages',
      async ({ restApiId, deploymentId }: { restApiId: string; deploymentId?: string }, caller) => ({
        item: await stages.listStages(caller, restApiId, deploymentId),
      }),
    ),
    on('UpdateStage', ({ restApiId, stageName, patchOperations = [] }: StageKey & Patch, caller) =>
      stages.updateStage(caller, restApiId, stageName, patchOperations),
    ),
    on('DeleteStage', ({ restApiId, stageName }: StageKey, caller) =>
      stages.deleteStage(caller, restApiId, stageName),
    ),
    on('FlushStageAuthorizersCache', async ({ restApiId, stageName }: StageKey, caller) => {
      await stages.flushAuthorizersCache(caller, restApiId, stageName);
    }),
    on('FlushStageCache', async ({ restApiId, stageName }: StageKey, caller) => {
      await stages.flushCache(caller, restApiId, stageName);
    }),
  ];
}

/** What the canary of a stage is made from: its deployment's share, its variables, and of the stage all that needs no deployment. */
import type { CanarySnapshot, DeployedSnapshot, StageHead } from '@gatehouse/snapshot';
import type { SideHead } from '../side-draft';

/** `undefined` = there is none, or a part from before nodes could serve it. */
export function canaryHead({ canary, ...stage }: StageHead): SideHead | undefined {
  if (canary?.deployed === undefined) return undefined;
  return {
    ...withoutDeployed(stage),
    ...canary.deployed,
    deploymentId: canary.deploymentId,
    stageVariables: { ...stage.stageVariables, ...canary.stageVariableOverrides },
    ...ownCache(stage, canary),
  };
}

/** `useStageCache`: answers of one deployment are shared with the stage. */
function ownCache(
  { responseCache }: SideHead,
  { useStageCache = false }: CanarySnapshot,
): Pick<SideHead, 'responseCache'> {
  if (responseCache === undefined || useStageCache) return {};
  return { responseCache: { ...responseCache, revision: `${responseCache.revision} canary` } };
}

/** A canary without a resource policy must not get the stage's. */
function withoutDeployed(stage: SideHead): Omit<SideHead, keyof DeployedSnapshot> {
  const {
    disableExecuteApiEndpoint: _isDisabled,
    binaryMediaTypes: _types,
    authorizers: _authorizers,
    resourcePolicy: _policy,
    isPrivate: _isPrivate,
    apiKeySource: _source,
    gatewayResponses: _responses,
    ...live
  } = stage;
  return live;
}

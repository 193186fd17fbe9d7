/** Rules of stages: defaults, variables, canary settings. Patches are in `stage-patch.ts`. */
import { badRequest } from '../fault';
import { requireTags } from '../tags';
import type { CanarySettings, RestStage, StringMap } from './types';

export interface CanaryInput {
  readonly percentTraffic?: number;
  readonly deploymentId?: string;
  readonly stageVariableOverrides?: StringMap;
  readonly useStageCache?: boolean;
}

export interface CreateStageInput {
  readonly stageName: string;
  readonly deploymentId: string;
  readonly description?: string;
  readonly cacheClusterEnabled?: boolean;
  readonly cacheClusterSize?: string;
  readonly variables?: StringMap;
  readonly documentationVersion?: string;
  readonly canarySettings?: CanaryInput;
  readonly tracingEnabled?: boolean;
  readonly tags?: StringMap;
}

/** `deployments`: the ids that exist in the API. */
export function createStage(
  input: CreateStageInput,
  deployments: ReadonlySet<string>,
  now: number,
): RestStage {
  requireStageName(input.stageName);
  requireDeployment(deployments, input.deploymentId);
  const stage: RestStage = {
    stageName: input.stageName,
    deploymentId: input.deploymentId,
    cacheClusterEnabled: input.cacheClusterEnabled ?? false,
    cacheClusterStatus: input.cacheClusterEnabled ? 'AVAILABLE' : 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: input.tracingEnabled ?? false,
    createdDate: now,
    lastUpdatedDate: now,
  };
  if (input.description !== undefined) stage.description = input.description;
  if (input.cacheClusterEnabled) stage.cacheClusterSize = input.cacheClusterSize ?? '0.5';
  else if (input.cacheClusterSize) stage.cacheClusterSize = input.cacheClusterSize;
  if (input.variables) stage.variables = requireVariables(input.variables);
  if (input.documentationVersion) stage.documentationVersion = input.documentationVersion;
  if (input.canarySettings)
    stage.canarySettings = newCanary(input.canarySettings, stage.deploymentId, deployments);
  if (input.tags) {
    requireTags(input.tags);
    stage.tags = { ...input.tags };
  }
  return stage;
}

export function newCanary(
  input: CanaryInput,
  stageDeployment: string,
  deployments: ReadonlySet<string>,
): CanarySettings {
  const deploymentId = input.deploymentId ?? stageDeployment;
  requireDeployment(deployments, deploymentId);
  const canary: CanarySettings = {
    deploymentId,
    percentTraffic: requirePercent(input.percentTraffic ?? 0),
    useStageCache: input.useStageCache ?? false,
  };
  if (input.stageVariableOverrides)
    canary.stageVariableOverrides = requireVariables(input.stageVariableOverrides);
  return canary;
}

export function requirePercent(percent: number): number {
  if (!(percent >= 0 && percent <= 100)) throw badRequest('Percent traffic must be between 0.0 and 100.0');
  return percent;
}

export function requireDeployment(deployments: ReadonlySet<string>, id: string): string {
  if (!deployments.has(id)) throw badRequest('Deployment id does not exist');
  return id;
}

export function requireStageName(name: string): void {
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    throw badRequest('Stage name only allows a-zA-Z0-9_- and must be 1 to 128 characters long');
  }
}

/** At most 100, names up to 64 characters, values up to 512 of letters, digits and `-._~:/?#&=,`. */
export function requireVariables(variables: StringMap): StringMap {
  const entries = Object.entries(variables);
  if (entries.length > 100) throw badRequest('A stage can have at most 100 variables');
  for (const [name, value] of entries) requireVariable(name, value);
  return { ...variables };
}

export function requireVariable(name: string, value: string): void {
  if (!/^[A-Za-z0-9_]{1,64}$/.test(name)) {
    throw badRequest(`Stage variable name ${name} is invalid: use 1 to 64 letters, digits or _`);
  }
  if (value.length > 512 || !/^[A-Za-z0-9\-._~:/?#&=,]*$/.test(value)) {
    throw badRequest('Stage variable value is invalid: use at most 512 letters, digits or -._~:/?#&=,');
  }
}

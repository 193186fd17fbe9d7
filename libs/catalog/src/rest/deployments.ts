/** Rules of deployments: what must hold before an API can be frozen, and the stage a deployment creates. */
import { badRequest } from '../fault';
import type { PatchOperation } from '../patch/operation';
import { applyPatch, type PatchEntry } from '../patch/table';
import type { CanaryInput } from './stages';
import type { RestApiGraph, RestDeployment, StringMap } from './types';

export interface CreateDeploymentInput {
  readonly stageName?: string;
  readonly stageDescription?: string;
  readonly description?: string;
  readonly cacheClusterEnabled?: boolean;
  readonly cacheClusterSize?: string;
  readonly variables?: StringMap;
  readonly canarySettings?: CanaryInput;
  readonly tracingEnabled?: boolean;
}

/** Every method needs an integration, and there must be one. */
export function requireDeployable(graph: RestApiGraph): void {
  const methods = Object.values(graph.resources).flatMap((resource) =>
    Object.values(resource.resourceMethods),
  );
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods");
  if (methods.some((method) => !method.methodIntegration))
    throw badRequest('No integration defined for method');
}

/** A canary deployment goes to a stage that is there already. */
export function requireCanaryTarget(input: CreateDeploymentInput, stages: ReadonlySet<string>): void {
  if (!input.canarySettings) return;
  const prefix = 'Invalid deployment content specified.';
  if (!input.stageName) {
    throw badRequest(
      `${prefix}Non null and non empty stageName must be provided for canary deployment. Provided value is ${input.stageName ?? 'null'}`,
    );
  }
  if (!stages.has(input.stageName)) {
    throw badRequest(
      `${prefix}Stage ${input.stageName} must already be created before making a canary release deployment`,
    );
  }
}

const DEPLOYMENT: readonly PatchEntry<RestDeployment>[] = [
  {
    path: '/description',
    ops: ['replace'],
    apply: (deployment, { value }) => {
      if (value) deployment.description = value;
      else delete deployment.description;
    },
  },
];

export function updateDeployment(deployment: RestDeployment, operations: readonly PatchOperation[]): void {
  applyPatch(DEPLOYMENT, deployment, operations);
}

/** `embed=apisummary`: path -> verb -> how it is guarded. */
export function apiSummary(
  graph: RestApiGraph,
): Record<string, Record<string, { authorizationType: string; apiKeyRequired: boolean }>> {
  const summary: Record<string, Record<string, { authorizationType: string; apiKeyRequired: boolean }>> = {};
  for (const { path, resourceMethods } of Object.values(graph.resources)) {
    const verbs = Object.values(resourceMethods);
    if (verbs.length === 0) continue;
    summary[path] = Object.fromEntries(
      verbs.map(({ httpMethod, authorizationType, apiKeyRequired }) => [
        httpMethod,
        { authorizationType, apiKeyRequired },
      ]),
    );
  }
  return summary;
}

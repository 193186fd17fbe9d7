/** The canary of a REST API's stage. Its routes are written down where they are not the stage's own. */
import type { CanarySettings, RestApiGraph, RestStage, StageOptions } from '@gatehouse/catalog';
import { canonicalJson, type CanarySnapshot, type Problem, type Route } from '@gatehouse/snapshot';
import type { CacheToken } from './authorizers';
import { restDeployment } from './rest-deployment';
import type { Owner } from './to-snapshot';

export interface Canary {
  /** Absent = the stage has none. Without its deployment nothing goes to it. */
  readonly snapshot?: CanarySnapshot;
  /** Those that only the canary has. */
  readonly routes: readonly Route[];
  readonly problems: readonly Problem[];
}

export function restCanary(owner: Owner, graph: RestApiGraph | undefined, stage: RestStage): Canary {
  const { canarySettings: settings, deploymentId, options } = stage;
  if (settings === undefined) return { routes: [], problems: [] };
  const head: CanarySnapshot = {
    percentTraffic: settings.percentTraffic,
    deploymentId: settings.deploymentId,
    stageVariableOverrides: settings.stageVariableOverrides ?? {},
    ...(settings.useStageCache && { useStageCache: true }),
    ...sticky(options?.canary),
  };
  if (graph === undefined) return { snapshot: head, routes: [], problems: [] };
  const { deployed, routes, problems } = restDeployment(owner, graph, stage, cacheOf(settings, stage));
  // What is wrong with the stage's own deployment is told with the stage.
  if (settings.deploymentId === deploymentId)
    return { snapshot: { ...head, deployed }, routes: [], problems: [] };
  const told = problems.map((one) => ({ ...one, path: `/canary${one.path}` }));
  return { snapshot: { ...head, deployed, routes }, routes, problems: told };
}

/** A function sees the stage's variables, and may be named by them: with others its results are others. */
function cacheOf({ stageVariableOverrides }: CanarySettings, stage: CacheToken): CacheToken {
  if (stageVariableOverrides === undefined) return stage;
  const { authorizersCacheToken = '' } = stage;
  return { authorizersCacheToken: `${authorizersCacheToken} ${canonicalJson(stageVariableOverrides)}` };
}

function sticky({ stickyHeader, stickyCookie }: StageOptions['canary'] = {}): Pick<CanarySnapshot, 'sticky'> {
  if (stickyHeader !== undefined) return { sticky: { header: stickyHeader } };
  return stickyCookie === undefined ? {} : { sticky: { cookie: stickyCookie } };
}

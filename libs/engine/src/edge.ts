/** What answers where no stage is found: no routes, the dialect's reply steps, and labels that name nobody. */
import type { ApiKind } from '@gatehouse/snapshot';
import { stageSteps, unmatchedRoute } from './pipeline';
import type { Kit } from './ports';
import type { StageAccess, StagePlan, StageProgram } from './program';

export function edgeProgram(kind: ApiKind, kit: Kit): StageProgram {
  const plan: StagePlan = {
    facts: {
      kind,
      accountId: '-',
      region: '-',
      apiId: '-',
      stage: '-',
      deploymentId: '-',
      stageVariables: new Map(),
      gatewayResponses: new Map(),
      canary: undefined,
    },
    binaryMediaTypes: [],
    access: NOBODY_ENTERS,
    cors: undefined,
    accessLog: undefined,
    responseCache: undefined,
    throttle: undefined,
    limits: {},
  };
  return {
    facts: plan.facts,
    isEndpointDisabled: false,
    router: { find: () => undefined },
    unmatched: unmatchedRoute(plan, stageSteps(plan, kit)),
  };
}

const NOBODY_ENTERS: StageAccess = {
  authorizers: {},
  options: {},
  resourcePolicy: undefined,
  isPrivate: true,
  apiKeySource: 'HEADER',
  apiKeys: undefined,
  principals: [],
};

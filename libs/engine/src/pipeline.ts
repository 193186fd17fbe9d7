/**
 * The path of a request, as lists. A factory that answers nothing is left out of the compiled route, so what a route does
 * not use costs it nothing. Order is AWS's: preflight before everything, authorization before keys, keys before limits,
 * limits before mappings.
 */
import type { Kit } from './ports';
import type {
  AfterStepFactory,
  ReplyStepFactory,
  RoutePlan,
  RouteProgram,
  StagePlan,
  StageSteps,
  Step,
  StepFactory,
} from './program';
import { authorize } from './steps/authorize';
import { cors, preflight } from './steps/cors';
import { integrate } from './steps/integrate';
import { mapRequest } from './steps/map-request';
import { mapResponse } from './steps/map-response';
import { meter } from './steps/meter';
import { logAccess, measure, traceServer } from './steps/record';
import { refuseUnmatched } from './steps/refuse-unmatched';
import { requireApiKey } from './steps/require-api-key';
import { serveCached } from './steps/serve-cached';
import { standardHeaders } from './steps/standard-headers';
import { rateLimitFields, throttle } from './steps/throttle';

/** A Reply from any of these ends the request phase. */
const REQUEST: readonly StepFactory[] = [preflight, authorize, requireApiKey, throttle];

/** What a kept answer stands for. */
const INTEGRATION: readonly StepFactory[] = [mapRequest, integrate, mapResponse];

/** Always run, after an error too. */
const REPLY: readonly ReplyStepFactory[] = [cors, rateLimitFields, standardHeaders];

/** Run after the last byte. */
const AFTER: readonly AfterStepFactory[] = [measure, meter, logAccess, traceServer];

export function requestSteps(plan: RoutePlan, kit: Kit): Step[] {
  const steps = (factories: readonly StepFactory[]): Step[] =>
    present(factories.map((factory) => factory(plan, kit)));
  const integration = steps(INTEGRATION);
  const cached = serveCached(plan, kit, integration);
  return [...steps(REQUEST), ...(cached === undefined ? integration : [cached])];
}

/** Runs where no route matches. */
export function unmatchedRoute(plan: StagePlan, steps: StageSteps): RouteProgram {
  return {
    key: '-',
    resourceId: undefined,
    resourcePath: undefined,
    operationName: undefined,
    variables: [],
    request: present([preflight(plan), refuseUnmatched(plan.facts.kind)]),
    ...steps,
  };
}

export function stageSteps(plan: StagePlan, kit: Kit): StageSteps {
  return {
    reply: present(REPLY.map((factory) => factory(plan, kit))),
    after: present(AFTER.map((factory) => factory(plan, kit))),
  };
}

function present<T>(steps: readonly (T | undefined)[]): T[] {
  return steps.filter((step) => step !== undefined);
}

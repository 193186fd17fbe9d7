/**
 * Snapshot to program. A fault in a route's data is a Problem and that route answers 500; the others are not touched.
 */
import { SNAPSHOT_SCHEMA, type Problem, type Route, type Snapshot } from '@gatehouse/snapshot';
import { parseRoutePath, variablesOf, type PathSegment } from '@gatehouse/standards';
import { pointer } from './integrations/problem-path';
import { requestSteps, stageSteps, unmatchedSteps } from './pipeline';
import type { Kit } from './ports';
import type { RoutePlan, RouteProgram, StageFacts, StagePlan, StageProgram } from './program';
import { refuse } from './refuse';
import { HttpRouter } from './routing/http-router';
import { RestRouter } from './routing/rest-router';

export interface Compiled {
  /** Absent when this node must not serve the snapshot at all. */
  readonly program: StageProgram | undefined;
  readonly problems: Problem[];
}

/** What a snapshot may require of a node. */
const CAPABILITIES: ReadonlySet<string> = new Set();

export function compile(snapshot: Snapshot, kit: Kit): Compiled {
  const refusal = refusalOf(snapshot);
  if (refusal !== undefined) return { program: undefined, problems: [refusal] };
  const plan = stagePlan(snapshot);
  const shared = stageSteps(plan, kit);
  const problems: Problem[] = [];
  const router = snapshot.kind === 'REST' ? new RestRouter<RouteProgram>() : new HttpRouter<RouteProgram>();
  for (const route of snapshot.routes) {
    const path = `/routes${pointer(route.key)}`;
    const compiled = compileRoute(plan, route, kit, shared, (problem) => problems.push(problem));
    const fault =
      compiled === undefined ? undefined : addTo(router, compiled.segments, route, compiled.program);
    if (fault !== undefined) problems.push({ path, code: 'DUPLICATE_ROUTE', message: fault });
  }
  const unmatched: RouteProgram = {
    key: '-',
    resourceId: undefined,
    resourcePath: undefined,
    operationName: undefined,
    variables: [],
    request: unmatchedSteps(plan),
    ...shared,
  };
  return {
    program: { facts: plan.facts, isEndpointDisabled: snapshot.disableExecuteApiEndpoint, router, unmatched },
    problems,
  };
}

function refusalOf({ schema, requires }: Snapshot): Problem | undefined {
  // Snapshots come over the wire, so the type is a promise of the sender only.
  if ((schema as number) !== SNAPSHOT_SCHEMA) {
    return {
      path: '/schema',
      code: 'UNSUPPORTED_SCHEMA',
      message: `this node reads schema ${SNAPSHOT_SCHEMA}`,
    };
  }
  const missing = requires.find((capability) => !CAPABILITIES.has(capability));
  if (missing === undefined) return undefined;
  return { path: '/requires', code: 'MISSING_CAPABILITY', message: `this node cannot ${missing}` };
}

function stagePlan(snapshot: Snapshot): StagePlan {
  const { kind, accountId, apiId, stage, deploymentId } = snapshot;
  const stageVariables = new Map(Object.entries(snapshot.stageVariables));
  const facts: StageFacts = { kind, accountId, apiId, stage, deploymentId, stageVariables };
  return { facts, cors: kind === 'HTTP' ? snapshot.cors : undefined, accessLog: snapshot.accessLog };
}

function compileRoute(
  stage: StagePlan,
  route: Route,
  kit: Kit,
  shared: Pick<RouteProgram, 'reply' | 'after'>,
  report: (problem: Problem) => void,
): { segments: readonly PathSegment[] | undefined; program: RouteProgram } | undefined {
  let isBroken = false;
  const problem: RoutePlan['problem'] = (code, member, message) => {
    isBroken = true;
    report({ path: `/routes${pointer(route.key)}${member}`, code, message });
  };
  const segments = route.path === '$default' ? undefined : parseRoutePath(route.path);
  if (typeof segments === 'string' || (segments === undefined && stage.facts.kind === 'REST')) {
    problem(
      'INVALID_PATH',
      '/path',
      typeof segments === 'string' ? segments : 'a REST API has no $default route',
    );
    return undefined;
  }
  const variables = segments === undefined ? [] : variablesOf(segments);
  const steps = compileSteps({ ...stage, route, variables, problem }, kit);
  const request = isBroken || steps === undefined ? [refuse('API_CONFIGURATION_ERROR')] : steps;
  const { id: resourceId, key, operationName } = route;
  return {
    segments,
    program: { key, resourceId, resourcePath: route.path, operationName, variables, request, ...shared },
  };
}

/** Whatever else is wrong in a route's data must not take its neighbours down. */
function compileSteps(plan: RoutePlan, kit: Kit): RouteProgram['request'] | undefined {
  try {
    return requestSteps(plan, kit);
  } catch (error) {
    plan.problem('INVALID_ROUTE', '', error instanceof Error ? error.message : 'cannot be compiled');
    return undefined;
  }
}

function addTo(
  router: RestRouter<RouteProgram> | HttpRouter<RouteProgram>,
  segments: readonly PathSegment[] | undefined,
  route: Route,
  program: RouteProgram,
): string | undefined {
  const isAdded =
    segments === undefined
      ? router instanceof HttpRouter && router.addDefault(program)
      : router.add(segments, route.method, program);
  return isAdded ? undefined : 'another route has this verb and path';
}

/** A route's data to what the pipeline runs. A fault in it is a problem, and that route answers 500; no other is touched. */
import type { Route } from '@gatehouse/snapshot';
import { parseRoutePath, variablesOf } from '@gatehouse/standards';
import { pointer } from './integrations/problem-path';
import { requestSteps } from './pipeline';
import type { Kit } from './ports';
import type { ReportProblem, RoutePlan, RouteProgram, StagePlan, StageSteps } from './program';
import { refuse } from './refuse';

/** What the routes of a stage share. */
export interface StageParts {
  readonly plan: StagePlan;
  readonly kit: Kit;
  readonly steps: StageSteps;
}

/** A route before it is needed: where it is in the tree, and how to get at the rest. */
export interface RouteSource {
  readonly key: string;
  readonly method: string;
  /** `$default`, or a path with variables. */
  readonly path: string;
  /** May throw. */
  read(): Route;
}

/** Compiled when the first request comes for it: most routes of a large API are asked for rarely. */
export class LazyRoute {
  #program: RouteProgram | undefined = undefined;
  #source: RouteSource | undefined;

  constructor(
    private readonly stage: StageParts,
    source: RouteSource,
  ) {
    this.#source = source;
  }

  get program(): RouteProgram {
    return this.#program ?? this.compile(() => undefined);
  }

  compile(report: ReportProblem): RouteProgram {
    const source = this.#source;
    if (source === undefined) throw new Error('compiled already');
    const program = compileRoute(this.stage, source, report);
    this.#program = program;
    this.#source = undefined;
    return program;
  }
}

function compileRoute(
  { plan, kit, steps }: StageParts,
  source: RouteSource,
  report: ReportProblem,
): RouteProgram {
  let isBroken = false;
  const problem: RoutePlan['problem'] = (code, member, message) => {
    isBroken = true;
    report({ path: `/routes${pointer(source.key)}${member}`, code, message });
  };
  const segments = parseRoutePath(source.path);
  const variables = typeof segments === 'string' ? [] : variablesOf(segments);
  const { route, request } = readRoute(plan, source, variables, problem, kit);
  return {
    key: source.key,
    resourceId: route?.id,
    resourcePath: source.path,
    operationName: route?.operationName,
    variables,
    request: isBroken ? [refuse('API_CONFIGURATION_ERROR')] : request,
    ...steps,
  };
}

/** Whatever is wrong in a route's data must not take its neighbours down. */
function readRoute(
  plan: StagePlan,
  source: RouteSource,
  variables: readonly string[],
  problem: RoutePlan['problem'],
  kit: Kit,
): { route: Route | undefined; request: RouteProgram['request'] } {
  let route: Route | undefined;
  try {
    route = source.read();
    return { route, request: requestSteps({ ...plan, route, variables, problem }, kit) };
  } catch (error) {
    problem('INVALID_ROUTE', '', error instanceof Error ? error.message : 'cannot be compiled');
    return { route, request: [] };
  }
}

/** One side of a stage on its way into the gateway, the stage's own or its canary: a plan and the tree of its routes. */
import type { Problem, StageHead } from '@gatehouse/snapshot';
import { parseRoutePath } from '@gatehouse/standards';
import { LazyRoute, type RouteSource, type StageParts } from './compile-route';
import { compileGatewayResponses } from './gateway-responses/gateway-response';
import { pointer } from './integrations/problem-path';
import { quotasOfStage } from './limits/stage-buckets';
import { stageSteps, unmatchedRoute } from './pipeline';
import type { Kit } from './ports';
import type {
  CanaryFacts,
  CanaryProgram,
  ReportProblem,
  StageAccess,
  StageFacts,
  StagePlan,
  StageProgram,
} from './program';
import { HttpRouter } from './routing/http-router';
import { RestRouter } from './routing/rest-router';

/** A head of one deployment. */
export type SideHead = Omit<StageHead, 'canary'>;

export class SideDraft {
  private readonly stage: StageParts;
  private readonly router: RestRouter<LazyRoute> | HttpRouter<LazyRoute>;
  private readonly routes: LazyRoute[] = [];

  constructor(
    private readonly head: SideHead,
    canary: CanaryFacts | undefined,
    kit: Kit,
    private readonly report: ReportProblem,
  ) {
    const plan = stagePlan(head, canary, report);
    this.stage = { plan, kit, steps: stageSteps(plan, kit) };
    // Before the first call, so that it need not be let pass on credit.
    quotasOfStage(plan, kit);
    this.router = head.kind === 'REST' ? new RestRouter() : new HttpRouter();
  }

  add(source: RouteSource): void {
    const fault = this.place(source);
    if (fault !== undefined) this.report({ ...fault, path: `/routes${pointer(source.key)}${fault.path}` });
  }

  /** For all problems to be known: compiles every route at once. */
  compileAll(): void {
    for (const route of this.routes) route.compile(this.report);
  }

  program(canary?: CanaryProgram): StageProgram {
    const { plan, steps } = this.stage;
    return {
      facts: plan.facts,
      isEndpointDisabled: this.head.disableExecuteApiEndpoint,
      router: this.router,
      unmatched: unmatchedRoute(plan, steps),
      canary,
    };
  }

  private place(source: RouteSource): Problem | undefined {
    const { router } = this;
    const route = new LazyRoute(this.stage, source);
    const isDefault = source.path === '$default';
    const segments = isDefault ? [] : parseRoutePath(source.path);
    if (typeof segments === 'string') return { code: 'INVALID_PATH', path: '/path', message: segments };
    if (isDefault && router instanceof RestRouter)
      return { code: 'INVALID_PATH', path: '/path', message: 'a REST API has no $default route' };
    const isAdded =
      isDefault && router instanceof HttpRouter
        ? router.addDefault(route)
        : router.add(segments, source.method, route);
    if (!isAdded)
      return { code: 'DUPLICATE_ROUTE', path: '', message: 'another route has this verb and path' };
    this.routes.push(route);
    return undefined;
  }
}

function stagePlan(head: SideHead, canary: CanaryFacts | undefined, report: ReportProblem): StagePlan {
  const { kind, accountId, region, apiId, stage, deploymentId, binaryMediaTypes, accessLog } = head;
  const stageVariables = new Map(Object.entries(head.stageVariables));
  const gatewayResponses = compileGatewayResponses(head.gatewayResponses, stageVariables, report);
  const facts: StageFacts = {
    kind,
    accountId,
    region,
    apiId,
    stage,
    deploymentId,
    stageVariables,
    gatewayResponses,
    canary,
  };
  const cors = kind === 'HTTP' ? head.cors : undefined;
  const { throttle, limits = {}, responseCache } = head;
  const access = accessOf(head);
  return { facts, binaryMediaTypes, access, cors, accessLog, throttle, limits, responseCache };
}

function accessOf(head: SideHead): StageAccess {
  return {
    authorizers: head.authorizers ?? {},
    options: head.authorizerOptions ?? {},
    resourcePolicy: head.resourcePolicy,
    isPrivate: head.isPrivate ?? false,
    apiKeySource: head.apiKeySource ?? 'HEADER',
    apiKeys: head.apiKeys,
    principals: head.principals ?? [],
  };
}

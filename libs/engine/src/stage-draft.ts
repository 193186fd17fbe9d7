/**
 * A stage on its way into the gateway. Its routes are added piece by piece, so that a large API can be taken over between
 * other work; what is added is a place in the tree, and a route is compiled when it is first asked for.
 */
import { SNAPSHOT_SCHEMA, type Problem, type Route, type Snapshot } from '@gatehouse/snapshot';
import { parseRoutePath } from '@gatehouse/standards';
import { LazyRoute, type RouteSource, type StageParts } from './compile-route';
import { compileGatewayResponses } from './gateway-responses/gateway-response';
import { pointer } from './integrations/problem-path';
import { stageSteps, unmatchedRoute } from './pipeline';
import type { Kit } from './ports';
import type { ReportProblem, StageAccess, StageFacts, StagePlan, StageProgram } from './program';
import { HttpRouter } from './routing/http-router';
import { RestRouter } from './routing/rest-router';

/** A snapshot without its routes. */
export type StageHead = Omit<Snapshot, 'routes'>;

/** What a snapshot may require of a node. */
const CAPABILITIES: ReadonlySet<string> = new Set();

export class StageDraft {
  readonly problems: Problem[] = [];
  /** Must this node leave the stage as it is? */
  readonly isRefused: boolean;
  private readonly stage: StageParts;
  private readonly router: RestRouter<LazyRoute> | HttpRouter<LazyRoute>;
  private readonly routes: LazyRoute[] = [];

  constructor(
    readonly head: StageHead,
    kit: Kit,
  ) {
    const refusal = refusalOf(head);
    this.isRefused = refusal !== undefined;
    if (refusal !== undefined) this.problems.push(refusal);
    const plan = stagePlan(head, (problem) => this.problems.push(problem));
    this.stage = { plan, kit, steps: stageSteps(plan, kit) };
    this.router = head.kind === 'REST' ? new RestRouter() : new HttpRouter();
  }

  add(source: RouteSource): void {
    const fault = this.place(source);
    if (fault !== undefined)
      this.problems.push({ ...fault, path: `/routes${pointer(source.key)}${fault.path}` });
  }

  addAll(routes: readonly Route[]): void {
    for (const route of routes) {
      const { key, method, path } = route;
      this.add({ key, method, path, read: () => route });
    }
  }

  /** For all problems to be known: compiles every route at once. */
  compileAll(): void {
    for (const route of this.routes) route.compile((problem) => this.problems.push(problem));
  }

  program(): StageProgram {
    const { plan, steps } = this.stage;
    return {
      facts: plan.facts,
      isEndpointDisabled: this.head.disableExecuteApiEndpoint,
      router: this.router,
      unmatched: unmatchedRoute(plan, steps),
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

function refusalOf({ schema, requires }: StageHead): Problem | undefined {
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

function stagePlan(head: StageHead, report: ReportProblem): StagePlan {
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
  };
  const cors = kind === 'HTTP' ? head.cors : undefined;
  const { throttle, limits = {}, responseCache } = head;
  const access = accessOf(head);
  return { facts, binaryMediaTypes, access, cors, accessLog, throttle, limits, responseCache };
}

function accessOf(head: StageHead): StageAccess {
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

/**
 * A stage on its way into the gateway. Its routes are added piece by piece, so that a large API can be taken over between
 * other work; what is added is a place in the tree, and a route is compiled when it is first asked for.
 */
import { SNAPSHOT_SCHEMA, type Problem, type Route, type StageHead } from '@gatehouse/snapshot';
import { canaryHead } from './canary/canary-head';
import { chooser } from './canary/choice';
import type { RouteSource } from './compile-route';
import type { Kit } from './ports';
import type { CanaryProgram, StageProgram } from './program';
import { SideDraft } from './side-draft';

/** What a snapshot may require of a node. */
const CAPABILITIES: ReadonlySet<string> = new Set();

interface CanaryDraft {
  readonly side: SideDraft;
  /** Is it of the stage's deployment, with other variables at most? */
  readonly hasRoutesOfStage: boolean;
  readonly isChosen: CanaryProgram['isChosen'];
}

export class StageDraft {
  readonly problems: Problem[] = [];
  /** Must this node leave the stage as it is? */
  readonly isRefused: boolean;
  private readonly own: SideDraft;
  private readonly canary: CanaryDraft | undefined;

  constructor(
    readonly head: StageHead,
    kit: Kit,
  ) {
    const refusal = refusalOf(head);
    this.isRefused = refusal !== undefined;
    if (refusal !== undefined) this.problems.push(refusal);
    this.canary = this.canaryDraft(kit);
    const deploymentId = head.canary?.deploymentId;
    const facts =
      this.canary === undefined || deploymentId === undefined ? undefined : { deploymentId, isChosen: false };
    this.own = new SideDraft(head, facts, kit, (problem) => this.problems.push(problem));
  }

  add(source: RouteSource): void {
    this.own.add(source);
    if (this.canary?.hasRoutesOfStage === true) this.canary.side.add(source);
  }

  /** A route that only the canary has. */
  addToCanary(source: RouteSource): void {
    this.canary?.side.add(source);
  }

  addAll(routes: readonly Route[], canaryRoutes: readonly Route[] = []): void {
    for (const route of routes) this.add(sourceOf(route));
    for (const route of canaryRoutes) this.addToCanary(sourceOf(route));
  }

  /** For all problems to be known: compiles every route at once. */
  compileAll(): void {
    this.own.compileAll();
    this.canary?.side.compileAll();
  }

  program(): StageProgram {
    const { canary } = this;
    if (canary === undefined) return this.own.program();
    return this.own.program({ program: canary.side.program(), isChosen: canary.isChosen });
  }

  private canaryDraft(kit: Kit): CanaryDraft | undefined {
    const { canary } = this.head;
    const head = canaryHead(this.head);
    if (canary === undefined || head === undefined) return undefined;
    const { deploymentId } = canary;
    const side = new SideDraft(head, { deploymentId, isChosen: true }, kit, (problem) =>
      this.problems.push({ ...problem, path: `/canary${problem.path}` }),
    );
    const hasRoutesOfStage = deploymentId === this.head.deploymentId;
    return { side, hasRoutesOfStage, isChosen: chooser(canary, kit.random) };
  }
}

function sourceOf(route: Route): RouteSource {
  const { key, method, path } = route;
  return { key, method, path, read: () => route };
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

/**
 * The data plane's mind: holds the compiled programs, finds the one a request is for, and runs it. One immutable table is
 * swapped whole; a request keeps the program it began with.
 */
import { takeApart, type ApiKind, type Problem, type Snapshot, type StageHead } from '@gatehouse/snapshot';
import { edgeProgram } from './edge';
import { Exchange, type Answer, type InboundRequest } from './exchange';
import { locator, splitStage, withoutLeadingSlashes, type Address, type Locate } from './locate';
import type { Kit } from './ports';
import type { StageProgram } from './program';
import { RequestFields } from './request-fields';
import { bareFailure, run } from './run';
import { StageDraft } from './stage-draft';
import { beginTrace } from './trace/request-trace';
import { isSameVisit, mayBeKept, payloadFault, visitOf, type Site, type Visit } from './visit';

export interface GatewayOptions {
  readonly region: string;
  /** Further names below which an API's host lies, e.g. `execute-api.example.com`. */
  readonly defaultHostSuffixes?: readonly string[];
}

export interface StageName {
  readonly apiId: string;
  readonly stage: string;
}

/** All stages of an API are of one kind. */
interface Api {
  readonly kind: ApiKind;
  readonly stages: ReadonlyMap<string, StageProgram>;
}

type Programs = ReadonlyMap<string, Api>;

export class Gateway {
  #programs: Programs = new Map();
  /** Another one with every swap. Whoever remembers it keeps no programs alive. */
  #era: object = {};
  readonly #locate: Locate;
  readonly #edge: Readonly<Record<ApiKind, StageProgram>>;

  constructor(
    private readonly kit: Kit,
    options: GatewayOptions,
  ) {
    this.#locate = locator(options.region, options.defaultHostSuffixes ?? []);
    this.#edge = { REST: edgeProgram('REST', kit), HTTP: edgeProgram('HTTP', kit) };
  }

  /** To be filled, and swapped in when it is whole. Throws where the head is none. */
  draft(head: StageHead): StageDraft {
    return new StageDraft(head, this.kit);
  }

  /** All at once, between two requests. A stage that this node must not serve is left as it is. */
  swap(drafts: readonly StageDraft[], removed: readonly StageName[] = []): void {
    const programs = new Map(this.#programs);
    for (const name of removed) remove(programs, name);
    for (const draft of drafts) if (!draft.isRefused) put(programs, draft);
    this.#programs = programs;
    this.#era = {};
  }

  /** One stage, every route of it compiled, so that all that is wrong with it is told. */
  apply(snapshot: Snapshot): Problem[] {
    try {
      const { head, routes, canaryRoutes } = takeApart(snapshot);
      const draft = this.draft(head);
      if (!draft.isRefused) {
        draft.addAll(routes, canaryRoutes);
        draft.compileAll();
        this.swap([draft]);
      }
      return draft.problems;
    } catch (error) {
      const message = error instanceof Error ? error.message : 'cannot be compiled';
      return [{ path: '/', code: 'INVALID_SNAPSHOT', message }];
    }
  }

  /** Never throws, never rejects. */
  handle(request: InboundRequest): Answer | Promise<Answer> {
    try {
      return this.#handle(request);
    } catch (error) {
      this.kit.defects?.report(error, '-');
      return bareFailure();
    }
  }

  #handle(request: InboundRequest): Answer | Promise<Answer> {
    const fields = RequestFields.of(request);
    const { destination, fault } = this.#visitOf(request, fields);
    const x = new Exchange(request, fields, beginTrace(fields, this.kit), this.kit, destination);
    return run(x, fault ?? payloadFault(request, destination.facts.kind));
  }

  #visitOf(request: InboundRequest, fields: RequestFields): Visit {
    const last = fields.visit;
    if (last !== undefined && isSameVisit(last, this.#era, request)) return last;
    const site = this.#siteOf(request);
    const program = sideFor(site.program ?? this.#edge[site.kind], request);
    const visit = visitOf(this.#era, request, fields, site, program);
    // Of a stage with a canary, the next one may go to the other side.
    const isSettled = site.program?.canary === undefined && mayBeKept(request);
    fields.visit = isSettled ? visit : undefined;
    return visit;
  }

  /** What is not known at all is answered in REST's words. */
  #siteOf({ host, path }: InboundRequest): Site {
    const address = this.#locate(host, path);
    const api = address === undefined ? undefined : this.#programs.get(address.apiId);
    if (address === undefined || api === undefined)
      return { kind: 'REST', program: undefined, path, apiPath: path };
    return chooseStage(api, address);
  }
}

/** The stage's own, or its canary. */
function sideFor(program: StageProgram, { headers }: InboundRequest): StageProgram {
  const { canary } = program;
  return canary !== undefined && canary.isChosen(headers) ? canary.program : program;
}

function put(programs: Map<string, Api>, draft: StageDraft): void {
  const { kind, stage } = draft.head;
  const apiId = draft.head.apiId.toLowerCase();
  const stages = new Map(programs.get(apiId)?.stages).set(stage, draft.program());
  programs.set(apiId, { kind, stages });
}

function remove(programs: Map<string, Api>, { apiId, stage }: StageName): void {
  const id = apiId.toLowerCase();
  const api = programs.get(id);
  if (api === undefined) return;
  const stages = new Map(api.stages);
  stages.delete(stage);
  if (stages.size === 0) programs.delete(id);
  else programs.set(id, { ...api, stages });
}

/** REST: the first segment is the stage. HTTP: it is, where a stage has that name; else `$default` takes the whole path. */
function chooseStage({ kind, stages }: Api, address: Address): Site {
  const apiPath = kind === 'REST' ? withoutLeadingSlashes(address.path) : address.path;
  const { first, rest } = splitStage(apiPath);
  const named = first === '$default' && !address.explicit ? undefined : stages.get(first);
  if (named !== undefined) return { kind, program: named, path: rest, apiPath };
  return { kind, program: kind === 'HTTP' ? stages.get('$default') : undefined, path: apiPath, apiPath };
}

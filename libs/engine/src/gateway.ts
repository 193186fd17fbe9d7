/**
 * The data plane's mind: holds the compiled programs, finds the one a request is for, and runs it. One immutable table is
 * swapped whole; a request keeps the program it began with.
 */
import type { ApiKind, Problem, Snapshot } from '@gatehouse/snapshot';
import { forbiddenInConnection } from '@gatehouse/standards';
import { pathFault } from './canonical-path';
import { compile } from './compile';
import { MAX_PAYLOAD_BYTES } from './counted-body';
import { edgeProgram } from './edge';
import {
  FORBIDDEN,
  GatewayError,
  HEADERS_TOO_LARGE,
  httpFault,
  NOT_FOUND,
  restFault,
  type Fault,
} from './errors';
import { Exchange, type Answer, type InboundRequest } from './exchange';
import { locator, splitStage, type Address, type Locate } from './locate';
import type { Kit } from './ports';
import type { StageProgram } from './program';
import { RequestFields } from './request-fields';
import { bareFailure, run } from './run';
import { beginTrace } from './trace/request-trace';

export interface GatewayOptions {
  readonly region: string;
  /** Further names below which an API's host lies, e.g. `execute-api.example.com`. */
  readonly defaultHostSuffixes?: readonly string[];
}

/** API Gateway quota "Total combined size of all header values". */
export const MAX_HEADER_BYTES = 10_240;

/** All stages of an API are of one kind. */
interface Api {
  readonly kind: ApiKind;
  readonly stages: ReadonlyMap<string, StageProgram>;
}

type Programs = ReadonlyMap<string, Api>;

/** Where a request is addressed, as far as that is known before routing. */
interface Site {
  readonly kind: ApiKind;
  readonly program: StageProgram | undefined;
  /** Starts after the stage. */
  readonly path: string;
  readonly apiPath: string;
}

export class Gateway {
  #programs: Programs = new Map();
  readonly #locate: Locate;
  readonly #edge: Readonly<Record<ApiKind, StageProgram>>;

  constructor(
    private readonly kit: Kit,
    options: GatewayOptions,
  ) {
    this.#locate = locator(options.region, options.defaultHostSuffixes ?? []);
    this.#edge = { REST: edgeProgram('REST', kit), HTTP: edgeProgram('HTTP', kit) };
  }

  /** Compiles and swaps in one stage. A broken route answers 500; a snapshot this node must not serve changes nothing. */
  apply(snapshot: Snapshot): Problem[] {
    const programs = new Map(this.#programs);
    const problems = put(programs, snapshot, this.kit);
    this.#programs = programs;
    return problems;
  }

  remove(apiId: string, stage: string): void {
    const id = apiId.toLowerCase();
    const api = this.#programs.get(id);
    if (api === undefined) return;
    const stages = new Map(api.stages);
    stages.delete(stage);
    const programs = new Map(this.#programs);
    if (stages.size === 0) programs.delete(id);
    else programs.set(id, { ...api, stages });
    this.#programs = programs;
  }

  /** What is not among the snapshots is gone afterwards. */
  replaceAll(snapshots: Iterable<Snapshot>): Problem[] {
    const programs = new Map<string, Api>();
    const problems: Problem[] = [];
    for (const snapshot of snapshots) problems.push(...put(programs, snapshot, this.kit));
    this.#programs = programs;
    return problems;
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
    const fields = new RequestFields(request.headers);
    const site = this.#siteOf(request);
    const program = site.program ?? this.#edge[site.kind];
    const early = earlyFault(request, fields, site);
    const method = effectiveMethod(request, fields, site.kind);
    const match = early === undefined ? program.router.find(method, site.path) : undefined;
    const x = new Exchange(request, fields, beginTrace(fields, this.kit), this.kit, {
      facts: program.facts,
      route: match?.route ?? program.unmatched,
      params: match?.values ?? [],
      method,
      path: site.path,
      apiPath: site.apiPath,
    });
    return run(x, early);
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

/** `X-HTTP-Method-Override` is a REST API's. */
function effectiveMethod(request: InboundRequest, { methodOverride }: RequestFields, kind: ApiKind): string {
  if (kind === 'HTTP' || methodOverride === undefined) return request.method;
  const override = methodOverride.trim().toUpperCase();
  return override === '' ? request.method : override;
}

function put(programs: Map<string, Api>, snapshot: Snapshot, kit: Kit): Problem[] {
  try {
    const { program, problems } = compile(snapshot, kit);
    if (program === undefined) return problems;
    const apiId = snapshot.apiId.toLowerCase();
    const stages = new Map(programs.get(apiId)?.stages).set(snapshot.stage, program);
    programs.set(apiId, { kind: snapshot.kind, stages });
    return problems;
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be compiled';
    return [{ path: '/', code: 'INVALID_SNAPSHOT', message }];
  }
}

/** REST: the first segment is the stage. HTTP: it is, where a stage has that name; else `$default` takes the whole path. */
function chooseStage({ kind, stages }: Api, address: Address): Site {
  const { first, rest } = splitStage(address.path);
  const apiPath = address.path;
  const named = first === '$default' && !address.explicit ? undefined : stages.get(first);
  if (named !== undefined) return { kind, program: named, path: rest, apiPath };
  return { kind, program: kind === 'HTTP' ? stages.get('$default') : undefined, path: apiPath, apiPath };
}

/**
 * What is refused before any route is looked for.
 * DIFFERS: `Connection` header that lists a protected name; it ends in 400.
 */
function earlyFault(request: InboundRequest, fields: RequestFields, site: Site): Fault | undefined {
  const { kind, program } = site;
  const refusal = (error: GatewayError): Fault => (kind === 'REST' ? restFault(error) : httpFault(error));
  if (fields.totalBytes > MAX_HEADER_BYTES) return HEADERS_TOO_LARGE;
  if (pathFault(request.path) !== undefined) return refusal(new GatewayError('BAD_REQUEST_PARAMETERS'));
  if (program === undefined || program.isEndpointDisabled) return kind === 'REST' ? FORBIDDEN : NOT_FOUND;
  if ((request.body.length ?? 0) > MAX_PAYLOAD_BYTES) return refusal(new GatewayError('REQUEST_TOO_LARGE'));
  const isForged = forbiddenInConnection(fields.connection) !== undefined;
  return isForged ? refusal(new GatewayError('BAD_REQUEST_PARAMETERS')) : undefined;
}

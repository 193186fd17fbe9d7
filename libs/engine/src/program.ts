/** The compiled form of a snapshot: what the pipeline runs. Immutable; swapped whole. */
import type {
  ApiKeysSnapshot,
  ApiKind,
  AuthorizerOptionsSnapshot,
  AuthorizerSnapshot,
  CorsSnapshot,
  LimitsSnapshot,
  PrincipalSnapshot,
  Problem,
  Route,
  Snapshot,
  ThrottleSnapshot,
} from '@gatehouse/snapshot';
import type { LazyRoute } from './compile-route';
import type { Exchange, Reply } from './exchange';
import type { GatewayResponses } from './gateway-responses/gateway-response';
import type { Kit } from './ports';
import type { Router } from './routing/router';

/** One unit of the pipeline. A Reply ends the request phase; nothing = go on. */
export type Step = (x: Exchange) => void | Reply | Promise<void | Reply>;

/** Changes the reply's header list in place, or answers another reply. */
export type ReplyStep = (x: Exchange, reply: Reply) => void | Reply;

/** Runs after the last byte; its faults are nobody's business but its own. */
export type AfterStep = (x: Exchange) => void;

/** `undefined` = this route does not need it. Everything that a step needs is read and closed over here, once. */
export type StepFactory = (plan: RoutePlan, kit: Kit) => Step | undefined;
export type ReplyStepFactory = (plan: StagePlan, kit: Kit) => ReplyStep | undefined;
export type AfterStepFactory = (plan: StagePlan, kit: Kit) => AfterStep | undefined;

export interface RouteProgram {
  /** Route key as configured; `-` when no route matched. */
  readonly key: string;
  readonly resourceId: string | undefined;
  /** `/pets/{id}`; `undefined` when no route matched. */
  readonly resourcePath: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: readonly string[];
  readonly request: readonly Step[];
  readonly reply: readonly ReplyStep[];
  readonly after: readonly AfterStep[];
}

/** What all routes of a stage run. */
export type StageSteps = Pick<RouteProgram, 'reply' | 'after'>;

/** What a request may ask about its API and stage. */
export interface StageFacts {
  readonly kind: ApiKind;
  readonly accountId: string;
  readonly region: string;
  readonly apiId: string;
  readonly stage: string;
  readonly deploymentId: string;
  readonly stageVariables: ReadonlyMap<string, string>;
  /** How refusals are answered that are not answered by default. */
  readonly gatewayResponses: GatewayResponses;
  /** `undefined` = the stage has no canary. */
  readonly canary: CanaryFacts | undefined;
}

/** The canary of a stage, and whether the request went to it. */
export interface CanaryFacts {
  readonly deploymentId: string;
  readonly isChosen: boolean;
}

export interface StageProgram {
  readonly facts: StageFacts;
  readonly isEndpointDisabled: boolean;
  readonly router: Router<LazyRoute>;
  /** Runs where no route matches, and gives the reply steps to what is refused before routing. */
  readonly unmatched: RouteProgram;
  readonly canary?: CanaryProgram | undefined;
}

/** A second program of the stage, and who gets it. */
export interface CanaryProgram {
  readonly program: StageProgram;
  readonly isChosen: (headers: readonly string[]) => boolean;
}

export type ReportProblem = (problem: Problem) => void;

/** Who may call a stage, and by which means. */
export interface StageAccess {
  readonly authorizers: Readonly<Record<string, AuthorizerSnapshot>>;
  readonly options: AuthorizerOptionsSnapshot;
  readonly resourcePolicy: string | undefined;
  readonly isPrivate: boolean;
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  readonly apiKeys: ApiKeysSnapshot | undefined;
  readonly principals: readonly PrincipalSnapshot[];
}

/** What is known while a stage is compiled. */
export interface StagePlan {
  readonly facts: StageFacts;
  /** REST: types whose bodies are no text. */
  readonly binaryMediaTypes: readonly string[];
  readonly access: StageAccess;
  readonly cors: CorsSnapshot | undefined;
  readonly accessLog: Snapshot['accessLog'];
  readonly responseCache: Snapshot['responseCache'];
  readonly throttle: ThrottleSnapshot | undefined;
  readonly limits: LimitsSnapshot;
}

export interface RoutePlan extends StagePlan {
  readonly route: Route;
  readonly variables: readonly string[];
  /** Reports a fault in the route's data; the route will answer 500. `member` is relative to the route. */
  problem(code: string, member: string, message: string): void;
}

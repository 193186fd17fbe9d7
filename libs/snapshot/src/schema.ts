/**
 * The snapshot: what is published for one (API, stage). Neutral between REST and HTTP APIs, JSON-serialisable,
 * secret-free. Written by `translate`, read by `engine`; see ARCHITECTURE.md "Three shapes".
 *
 * Version rule: readers accept any snapshot of their own `schema` number and ignore unknown members; every member
 * added later is optional with a default. `requires` names capabilities without which a node must not serve it.
 */
export const SNAPSHOT_SCHEMA = 1;

export type ApiKind = 'REST' | 'HTTP';

export interface Snapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA;
  readonly requires: readonly string[];
  readonly accountId: string;
  readonly region: string;
  readonly apiId: string;
  readonly apiName: string;
  readonly kind: ApiKind;
  readonly stage: string;
  readonly deploymentId: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly disableExecuteApiEndpoint: boolean;
  readonly binaryMediaTypes: readonly string[];
  readonly cors?: CorsSnapshot;
  readonly accessLog?: AccessLogSnapshot;
  /** REST: another deployment that some of the calls go to. */
  readonly canary?: CanarySnapshot;
  /** By id: those that a route names. */
  readonly authorizers?: Readonly<Record<string, AuthorizerSnapshot>>;
  /** Beyond AWS; absent = all off. */
  readonly authorizerOptions?: AuthorizerOptionsSnapshot;
  /** REST: JSON text of the resource policy, its resources written out in full. Absent = there is none. */
  readonly resourcePolicy?: string;
  /** REST, `endpointConfiguration` PRIVATE: nobody passes without a policy that allows it. Default false. */
  readonly isPrivate?: boolean;
  /** REST: where the API key of a request is. Default HEADER. */
  readonly apiKeySource?: 'HEADER' | 'AUTHORIZER';
  /** Absent = no key opens this stage. */
  readonly apiKeys?: ApiKeysSnapshot;
  /** Users whose signatures AWS_IAM routes take; present where there is such a route. */
  readonly principals?: readonly PrincipalSnapshot[];
  /** REST, by type: the customised ones. DEFAULT_4XX and DEFAULT_5XX stand for all of their class that are not there. */
  readonly gatewayResponses?: Readonly<Record<string, GatewayResponseSnapshot>>;
  /** Of all calls to routes without a limit of their own. Absent = none. */
  readonly throttle?: ThrottleSnapshot;
  /** How limits act in this stage. */
  readonly limits?: LimitsSnapshot;
  /** REST: answers of routes with `cache` are kept. Absent = no answers are. */
  readonly responseCache?: ResponseCacheSnapshot;
  readonly routes: readonly Route[];
}

export interface ResponseCacheSnapshot {
  /** Another one after each flush: what was kept under another one is not used. */
  readonly revision: string;
  /** Callers, their `Authorization` and their cookies are no part of an answer's key. Default false. */
  readonly sharedAcrossCallers?: boolean;
  /** What the origin says in `Cache-Control` counts. Default false. */
  readonly honoursOrigin?: boolean;
  /** How long an old answer may be given while it is renewed. Default 0. */
  readonly staleWhileRevalidateSeconds?: number;
  /** How long an old answer may be given in place of a failure. Default 0. */
  readonly staleIfErrorSeconds?: number;
}

/** Of an `ANY` route only GET is kept. */
export interface RouteCacheSnapshot {
  /** 1 to 3,600. */
  readonly ttlSeconds: number;
  /** Routes of one name share answers for one path. */
  readonly namespace: string;
  /** `method.request.querystring.x`, `integration.request.header.y`, ... */
  readonly keyParameters: readonly string[];
  /**
   * What `Cache-Control: max-age=0` of a client does: renews the answer, of anyone or of callers with permission only, whom else
   * it fails, warns or says nothing.
   */
  readonly invalidation: 'anyone' | 'fail' | 'warn' | 'ignore';
}

/** A token bucket: `burst` calls at once, `rate` a second for ever. */
export interface ThrottleSnapshot {
  readonly rate: number;
  readonly burst: number;
}

export interface LimitsSnapshot {
  /** While nodes cannot share limits: each keeps to its share, lets all calls pass, or none. Default `local`. */
  readonly onStoreFailure?: 'local' | 'allow' | 'deny';
  /** Do answers say what is left? Default: no. */
  readonly headers?: boolean;
}

/** HTTP API `corsConfiguration`; `maxAgeSeconds` absent = header not sent. */
export interface CorsSnapshot {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds?: number;
}

export interface AccessLogSnapshot {
  /** AWS access-log format; absent = the built-in JSON line. */
  readonly format?: string;
}

export interface CanarySnapshot {
  /** Of the stage's calls, 0.0 to 100.0. */
  readonly percentTraffic: number;
  readonly deploymentId: string;
  /** Laid over the stage's variables. */
  readonly stageVariableOverrides: Readonly<Record<string, string>>;
  /** Answers that are kept of one deployment are kept for both. Default: each keeps its own. */
  readonly useStageCache?: boolean;
  /** Beyond AWS: calls with the same value go the same way. Absent, or without a value in the call: random. */
  readonly sticky?: StickySnapshot;
  /** What is the canary's in place of the stage's; all else holds for both. Absent (older parts) = nothing goes to the canary. */
  readonly deployed?: DeployedSnapshot;
  /** Absent = the stage's own, where the canary is of the same deployment. */
  readonly routes?: readonly Route[];
}

/** One of the two. */
export interface StickySnapshot {
  readonly header?: string;
  readonly cookie?: string;
}

/** What a deployment decides, beside routes. */
export type DeployedSnapshot = Pick<
  Snapshot,
  | 'disableExecuteApiEndpoint'
  | 'binaryMediaTypes'
  | 'authorizers'
  | 'resourcePolicy'
  | 'isPrivate'
  | 'apiKeySource'
  | 'gatewayResponses'
>;

/** How refusals of one type are answered. */
export interface GatewayResponseSnapshot {
  /** Absent = as without it. */
  readonly statusCode?: string;
  /** `gatewayresponse.header.x` -> `'literal'` | `method.request.header.y` | `context.z` | ... */
  readonly responseParameters: Readonly<Record<string, string>>;
  /** By media type; no templates = the default body. Variables only, no template language. */
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** A REST method on a resource, or an HTTP API route. */
export interface Route {
  /** REST: resource id. HTTP: route id. */
  readonly id: string;
  /** `GET` ... or `ANY`. */
  readonly method: string;
  /** `/pets/{id}`, `/{proxy+}`, or `$default` (HTTP only). */
  readonly path: string;
  /** HTTP: the route key as stored; REST: `GET /pets/{id}`. */
  readonly key: string;
  readonly operationName?: string;
  readonly authorization: AuthorizationSnapshot;
  readonly apiKeyRequired: boolean;
  /** In place of the stage's. */
  readonly throttle?: ThrottleSnapshot;
  readonly cache?: RouteCacheSnapshot;
  readonly integration: IntegrationSnapshot;
}

/** Anything but NONE is refused (fail closed) by a node that has no step for it. */
export interface AuthorizationSnapshot {
  readonly type: 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'COGNITO_USER_POOLS' | 'JWT' | 'RESOURCE_POLICY';
  /** Member of `authorizers`. */
  readonly authorizerId?: string;
  /** JWT and COGNITO_USER_POOLS: a token needs one of them. Absent or empty = none. */
  readonly scopes?: readonly string[];
}

export type AuthorizerSnapshot = FunctionAuthorizer | JwtAuthorizer | CognitoAuthorizer;

export interface AuthorizerOptionsSnapshot {
  /** How long results of functions may be used beyond their time while the function fails. Default 0. */
  readonly staleOnErrorSeconds?: number;
  /** How long a failure is remembered. Default 0. */
  readonly errorTtlSeconds?: number;
  /** JWTs: RS256, RS384 and RS512 only. Default false. */
  readonly rsaOnly?: boolean;
}

/** A function that decides: by the ARN of the function, or by an HTTP(S) URL that is sent the same event. */
export interface FunctionAuthorizer {
  /** TOKEN: REST only. */
  readonly type: 'TOKEN' | 'REQUEST';
  readonly name: string;
  /** Changes with every change of the authorizer; results cached under another one are not used. */
  readonly revision: string;
  /** ARN of a function, maybe with a qualifier, or an http(s) URL. Either may hold `${stageVariables.x}`. */
  readonly target: string;
  /** Role that the call is made with; absent = the function's own policy must allow it. */
  readonly credentials?: string;
  /** Shape of the event. REST knows 1.0 only. */
  readonly payloadFormat: '1.0' | '2.0';
  /** HTTP APIs, 2.0: the answer is `{isAuthorized, context}`. */
  readonly simpleResponses: boolean;
  /** In order, as AWS writes them: `method.request.header.X`, `$request.header.X`, `context.X`, ... */
  readonly identitySource: readonly string[];
  /** TOKEN: the whole token must match. */
  readonly identityValidationExpression?: string;
  /** 0 = results are not cached. */
  readonly ttlSeconds: number;
}

export interface JwtAuthorizer {
  readonly type: 'JWT';
  readonly name: string;
  readonly issuer: string;
  readonly audience: readonly string[];
  /** One: `$request.header.X` or `$request.querystring.X`. */
  readonly identitySource: readonly string[];
}

export interface CognitoAuthorizer {
  readonly type: 'COGNITO_USER_POOLS';
  readonly name: string;
  /** Issuers of the user pools. */
  readonly issuers: readonly string[];
  /** One: `method.request.header.X`. */
  readonly identitySource: readonly string[];
  /** The whole `aud` must match. */
  readonly identityValidationExpression?: string;
}

/** Only HMAC-SHA-256 of the keys' values, in base64url, under `salt`: a value cannot be read back. */
export interface ApiKeysSnapshot {
  readonly salt: string;
  readonly keys: readonly ApiKeySnapshot[];
  /** Limits of usage plans, by plan; each holds for each key by itself. */
  readonly plans?: Readonly<Record<string, PlanSnapshot>>;
}

export interface PlanSnapshot {
  /** All calls of a key, in whichever stage of the plan. */
  readonly throttle?: ThrottleSnapshot;
  /** Calls of a key to a route of this stage, by `Route.key`. */
  readonly routes?: Readonly<Record<string, ThrottleSnapshot>>;
  /** All calls of a key, in whichever stage of the plan. */
  readonly quota?: QuotaSnapshot;
}

/** So many calls in each period, in UTC. */
export interface QuotaSnapshot {
  readonly limit: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH';
  /** Days by which the start of a week (Sunday) or a month (the first) is moved. */
  readonly offset: number;
  /** By key: calls on top of `limit` in the period that begins on this day, `2026-11-28`; may be below 0. */
  readonly extra?: Readonly<Record<string, { readonly from: string; readonly calls: number }>>;
}

/** An enabled key of a usage plan that names this stage. */
export interface ApiKeySnapshot {
  readonly hmac: string;
  readonly keyId: string;
  readonly usagePlanId: string;
}

/** A user of the platform with one access key; one entry for each key. */
export interface PrincipalSnapshot {
  readonly accessKeyId: string;
  /** The secret key, sealed for nodes. */
  readonly sealedSecret: string;
  readonly accountId: string;
  readonly userId: string;
  /** `arn:aws:iam::{account}:user/{name}`. */
  readonly arn: string;
  /** JSON texts of the identity policies. */
  readonly policies: readonly string[];
}

export type IntegrationSnapshot =
  HttpIntegration | MockIntegration | FunctionIntegration | UnavailableIntegration;

export interface HttpIntegration {
  /** `HTTP_PROXY` passes through; `HTTP` maps the response by `responses`. */
  readonly type: 'HTTP_PROXY' | 'HTTP';
  /** May hold `{param}`, `{proxy}` and `${stageVariables.x}`. */
  readonly uri: string;
  /** Absent or `ANY` = the client's verb. */
  readonly method?: string;
  readonly timeoutMs: number;
  readonly tlsInsecureSkipVerification: boolean;
  /** REST: `integration.request.header.x` -> expression. HTTP: `overwrite:header.x` -> expression. */
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthroughBehavior: PassthroughBehavior;
  readonly responses: readonly IntegrationResponseSnapshot[];
  /** HTTP API response mapping: status -> (`overwrite:header.x` -> expression). */
  readonly responseParameters: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface MockIntegration {
  readonly type: 'MOCK';
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthroughBehavior: PassthroughBehavior;
  readonly responses: readonly IntegrationResponseSnapshot[];
}

export interface FunctionIntegration {
  /** `AWS_PROXY`: the request as an event, the answer by the result. `AWS`: body in, body out, mapped. */
  readonly type: 'AWS_PROXY' | 'AWS';
  /** ARN of a function, maybe with a qualifier; may hold `${stageVariables.x}`. */
  readonly functionArn: string;
  /** Shape of an AWS_PROXY event. REST knows 1.0 only. */
  readonly payloadFormat: '1.0' | '2.0';
  /** Role that the call is made with; absent = the function's own policy must allow it. */
  readonly credentials?: string;
  readonly timeoutMs: number;
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthroughBehavior: PassthroughBehavior;
  readonly responses: readonly IntegrationResponseSnapshot[];
}

/** An integration this node cannot run (missing, or of a type without a step yet); the route answers 500. */
export interface UnavailableIntegration {
  readonly type: 'UNAVAILABLE';
  readonly declaredType: string;
}

export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';

export interface IntegrationResponseSnapshot {
  readonly statusCode: string;
  /** Java regex, full match on the backend status, or on a function's error message; absent or empty = default response. */
  readonly selectionPattern?: string;
  /** `method.response.header.x` -> `'literal'` | `integration.response.header.y` | ... */
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** A fault in user data, as a value. `path` points at the element, e.g. `/routes/GET ~1pets/integration/uri`. */
export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

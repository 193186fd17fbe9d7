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
  /** Place of the canary; `percentTraffic` is 0-100. No step reads it yet. */
  readonly canary?: CanarySnapshot;
  readonly routes: readonly Route[];
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
  readonly percentTraffic: number;
  readonly deploymentId: string;
  readonly stageVariableOverrides: Readonly<Record<string, string>>;
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
  readonly integration: IntegrationSnapshot;
}

/**
 * Anything but NONE is refused (fail closed) by a node that has no step for it. `RESOURCE_POLICY`: the API has a resource
 * policy, or is private and so needs one, whatever the method itself asks for.
 */
export interface AuthorizationSnapshot {
  readonly type: 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'COGNITO_USER_POOLS' | 'JWT' | 'RESOURCE_POLICY';
  readonly authorizerId?: string;
}

export type IntegrationSnapshot = HttpIntegration | MockIntegration | UnavailableIntegration;

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

/** An integration this node cannot run (missing, or of a type without a step yet); the route answers 500. */
export interface UnavailableIntegration {
  readonly type: 'UNAVAILABLE';
  readonly declaredType: string;
}

export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';

export interface IntegrationResponseSnapshot {
  readonly statusCode: string;
  /** Java regex, full match on the backend status; absent or empty = default response. */
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

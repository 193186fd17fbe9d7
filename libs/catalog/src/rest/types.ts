/**
 * The REST API model as it is stored and answered: AWS's names and AWS's absences (a member that was never set is
 * absent). Times are epoch milliseconds.
 */
import type { StageOptions } from '../stage-options';

export type StringMap = Record<string, string>;

export interface EndpointConfiguration {
  types: string[];
  ipAddressType: string;
  vpcEndpointIds?: string[];
}

export interface RestApi {
  id: string;
  name: string;
  description?: string;
  version?: string;
  createdDate: number;
  binaryMediaTypes?: string[];
  minimumCompressionSize?: number;
  apiKeySource: string;
  endpointConfiguration: EndpointConfiguration;
  policy?: string;
  tags?: StringMap;
  disableExecuteApiEndpoint: boolean;
  rootResourceId: string;
  securityPolicy?: string;
  endpointAccessMode?: string;
}

export interface Resource {
  id: string;
  parentId?: string;
  pathPart?: string;
  path: string;
  resourceMethods: Record<string, Method>;
}

export interface Method {
  httpMethod: string;
  authorizationType: string;
  authorizerId?: string;
  authorizationScopes?: string[];
  apiKeyRequired: boolean;
  requestValidatorId?: string;
  operationName?: string;
  requestParameters?: Record<string, boolean>;
  requestModels?: StringMap;
  methodResponses?: Record<string, MethodResponse>;
  methodIntegration?: Integration;
}

export interface MethodResponse {
  statusCode: string;
  responseParameters?: Record<string, boolean>;
  responseModels?: StringMap;
}

export interface Integration {
  type: string;
  httpMethod?: string;
  uri?: string;
  connectionType?: string;
  connectionId?: string;
  credentials?: string;
  requestParameters?: StringMap;
  requestTemplates?: Record<string, string | null>;
  passthroughBehavior: string;
  contentHandling?: string;
  timeoutInMillis: number;
  cacheNamespace: string;
  cacheKeyParameters: string[];
  integrationResponses?: Record<string, IntegrationResponse>;
  tlsConfig?: { insecureSkipVerification?: boolean; serverNameToVerify?: string };
  responseTransferMode?: string;
  integrationTarget?: string;
}

export interface IntegrationResponse {
  statusCode: string;
  selectionPattern?: string;
  responseParameters?: StringMap;
  responseTemplates?: Record<string, string | null>;
  contentHandling?: string;
}

/** Absent `authorizerResultTtlInSeconds` = 300; AWS does not show what was not given. */
export interface Authorizer {
  id: string;
  name: string;
  type: string;
  providerARNs?: string[];
  authType: string;
  authorizerUri?: string;
  authorizerCredentials?: string;
  identitySource?: string;
  identityValidationExpression?: string;
  authorizerResultTtlInSeconds?: number;
}

/** A customised one; what is absent is the default. */
export interface GatewayResponse {
  statusCode?: string;
  responseParameters?: StringMap;
  responseTemplates?: StringMap;
}

/** All of a REST API that a deployment freezes. Resources and authorizers by id, gateway responses by type. */
export interface RestApiGraph {
  kind: 'REST';
  api: RestApi;
  resources: Record<string, Resource>;
  authorizers: Record<string, Authorizer>;
  gatewayResponses: Record<string, GatewayResponse>;
}

export interface RestDeployment {
  id: string;
  description?: string;
  createdDate: number;
}

export interface MethodSetting {
  metricsEnabled: boolean;
  loggingLevel?: string;
  dataTraceEnabled: boolean;
  throttlingBurstLimit: number;
  throttlingRateLimit: number;
  cachingEnabled: boolean;
  cacheTtlInSeconds: number;
  cacheDataEncrypted: boolean;
  requireAuthorizationForCacheControl: boolean;
  unauthorizedCacheControlHeaderStrategy: string;
}

export interface CanarySettings {
  percentTraffic: number;
  deploymentId: string;
  stageVariableOverrides?: StringMap;
  useStageCache: boolean;
}

/** Promoted or aborted by its stage's options, and why. */
export interface EndedCanary {
  decision: 'abort' | 'promote';
  deploymentId: string;
  reason: string;
  endedDate: number;
}

export interface RestStage {
  stageName: string;
  deploymentId: string;
  description?: string;
  cacheClusterEnabled: boolean;
  cacheClusterSize?: string;
  cacheClusterStatus: string;
  methodSettings: Record<string, MethodSetting>;
  variables?: StringMap;
  documentationVersion?: string;
  accessLogSettings?: { format?: string; destinationArn?: string };
  canarySettings?: CanarySettings;
  tracingEnabled: boolean;
  clientCertificateId?: string;
  webAclArn?: string;
  tags?: StringMap;
  /** Ours, never shown: a new one makes every node forget what authorizers said. */
  authorizersCacheToken?: string;
  /** Ours, never shown: a new one makes every node forget the answers that it keeps of the stage. */
  responseCacheToken?: string;
  /** Ours, not shown by AWS's calls. */
  options?: StageOptions;
  /** Ours: the last canary that ended by itself. */
  endedCanary?: EndedCanary;
  createdDate: number;
  lastUpdatedDate: number;
}

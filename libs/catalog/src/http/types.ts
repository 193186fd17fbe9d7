/** The HTTP API model (apigatewayv2) as it is stored and answered. Times are epoch milliseconds. */
import type { StageOptions } from '../stage-options';
import type { StringMap } from '../rest/types';

export interface Cors {
  allowCredentials?: boolean;
  allowHeaders?: string[];
  allowMethods?: string[];
  allowOrigins?: string[];
  exposeHeaders?: string[];
  /** Seconds, -1 to 86400. */
  maxAge?: number;
}

export interface HttpApi {
  apiId: string;
  name: string;
  protocolType: 'HTTP';
  description?: string;
  version?: string;
  apiEndpoint: string;
  apiKeySelectionExpression: string;
  routeSelectionExpression: string;
  disableExecuteApiEndpoint: boolean;
  ipAddressType: string;
  corsConfiguration?: Cors;
  createdDate: number;
  tags: StringMap;
}

export interface HttpRoute {
  routeId: string;
  routeKey: string;
  /** `integrations/{integrationId}`. */
  target?: string;
  apiKeyRequired: boolean;
  authorizationType: string;
  authorizerId?: string;
  authorizationScopes?: string[];
  operationName?: string;
  apiGatewayManaged?: boolean;
}

export interface HttpApiIntegration {
  integrationId: string;
  integrationType: string;
  integrationMethod?: string;
  integrationUri?: string;
  integrationSubtype?: string;
  connectionType: string;
  connectionId?: string;
  credentialsArn?: string;
  description?: string;
  payloadFormatVersion: string;
  requestParameters?: StringMap;
  responseParameters?: Record<string, StringMap>;
  timeoutInMillis: number;
  tlsConfig?: { serverNameToVerify?: string };
  apiGatewayManaged?: boolean;
}

/** Absent `authorizerResultTtlInSeconds` = no result is kept. */
export interface HttpAuthorizer {
  authorizerId: string;
  name: string;
  authorizerType: string;
  authorizerUri?: string;
  authorizerCredentialsArn?: string;
  authorizerPayloadFormatVersion?: string;
  authorizerResultTtlInSeconds?: number;
  enableSimpleResponses?: boolean;
  identitySource: string[];
  identityValidationExpression?: string;
  jwtConfiguration?: { issuer?: string; audience?: string[] };
}

/** All of an HTTP API that a deployment freezes. */
export interface HttpApiGraph {
  kind: 'HTTP';
  api: HttpApi;
  routes: Record<string, HttpRoute>;
  integrations: Record<string, HttpApiIntegration>;
  authorizers: Record<string, HttpAuthorizer>;
}

export interface RouteSettings {
  detailedMetricsEnabled?: boolean;
  loggingLevel?: string;
  dataTraceEnabled?: boolean;
  throttlingBurstLimit?: number;
  throttlingRateLimit?: number;
}

export interface HttpStage {
  stageName: string;
  autoDeploy?: boolean;
  deploymentId?: string;
  description?: string;
  accessLogSettings?: { format?: string; destinationArn?: string };
  clientCertificateId?: string;
  defaultRouteSettings: RouteSettings;
  routeSettings: Record<string, RouteSettings>;
  stageVariables: StringMap;
  lastDeploymentStatusMessage?: string;
  apiGatewayManaged?: boolean;
  /** Ours, never shown: a new one makes every node forget what authorizers said. */
  authorizersCacheToken?: string;
  /** Ours, not shown by AWS's calls. */
  options?: StageOptions;
  createdDate: number;
  lastUpdatedDate: number;
  tags: StringMap;
}

export interface HttpDeployment {
  deploymentId: string;
  description?: string;
  autoDeployed: boolean;
  deploymentStatus: 'DEPLOYED' | 'FAILED' | 'PENDING';
  deploymentStatusMessage?: string;
  createdDate: number;
}

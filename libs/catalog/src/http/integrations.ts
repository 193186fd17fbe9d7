/** Rules of HTTP API integrations. */
import { badRequest, conflict, notFound } from '../fault';
import type { StringMap } from '../rest/types';
import { requireRequestKeys, requireResponseKeys } from './mappings';
import type { HttpApiGraph, HttpApiIntegration } from './types';

export interface IntegrationInput {
  readonly integrationType?: string;
  readonly integrationMethod?: string;
  readonly integrationUri?: string;
  readonly integrationSubtype?: string;
  readonly connectionType?: string;
  readonly connectionId?: string;
  readonly credentialsArn?: string;
  readonly description?: string;
  readonly payloadFormatVersion?: string;
  readonly requestParameters?: StringMap;
  readonly responseParameters?: Record<string, StringMap>;
  readonly timeoutInMillis?: number;
  readonly tlsConfig?: { serverNameToVerify?: string };
}

export function httpIntegrationOf(graph: HttpApiGraph, id: string): HttpApiIntegration {
  const integration = Object.hasOwn(graph.integrations, id) ? graph.integrations[id] : undefined;
  if (!integration) throw notFound(`Unable to find Integration by id ${id} within Api ${graph.api.apiId}`);
  return integration;
}

export function createIntegration(
  graph: HttpApiGraph,
  input: IntegrationInput,
  integrationId: string,
): HttpApiIntegration {
  const integration: HttpApiIntegration = {
    integrationId,
    integrationType: input.integrationType ?? '',
    connectionType: 'INTERNET',
    payloadFormatVersion: '1.0',
    timeoutInMillis: 30_000,
  };
  apply(integration, input);
  graph.integrations[integrationId] = integration;
  return integration;
}

export function updateHttpIntegration(
  graph: HttpApiGraph,
  id: string,
  input: IntegrationInput,
): HttpApiIntegration {
  const changed = { ...httpIntegrationOf(graph, id) };
  apply(changed, input);
  graph.integrations[id] = changed;
  return changed;
}

export function deleteHttpIntegration(graph: HttpApiGraph, id: string): void {
  httpIntegrationOf(graph, id);
  if (Object.values(graph.routes).some((route) => route.target === `integrations/${id}`)) {
    throw conflict(`Cannot delete Integration '${id}' because it is referenced by one or more Routes.`);
  }
  delete graph.integrations[id];
}

type TextMember =
  | 'integrationType'
  | 'integrationMethod'
  | 'integrationUri'
  | 'integrationSubtype'
  | 'connectionType'
  | 'connectionId'
  | 'credentialsArn'
  | 'description'
  | 'payloadFormatVersion';

const TEXT: readonly TextMember[] = [
  'integrationType',
  'integrationMethod',
  'integrationUri',
  'integrationSubtype',
  'connectionType',
  'connectionId',
  'credentialsArn',
  'description',
  'payloadFormatVersion',
];

function apply(integration: HttpApiIntegration, input: IntegrationInput): void {
  for (const member of TEXT) {
    const value = input[member];
    if (value !== undefined) integration[member] = value;
  }
  // An empty value removes a mapping (API reference, UpdateIntegration).
  if (input.requestParameters)
    integration.requestParameters = merged(integration.requestParameters, input.requestParameters);
  if (input.responseParameters)
    integration.responseParameters = withoutEmpty({
      ...integration.responseParameters,
      ...input.responseParameters,
    });
  if (input.timeoutInMillis !== undefined) integration.timeoutInMillis = input.timeoutInMillis;
  if (input.tlsConfig) integration.tlsConfig = { ...input.tlsConfig };
  requireSound(integration);
}

/** A status with no mappings left goes. */
function withoutEmpty(parameters: Record<string, StringMap>): Record<string, StringMap> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([, mappings]) => Object.keys(mappings).length > 0),
  );
}

/** `remove:...` mappings carry an empty value by rule, so for them '' is a mapping, not its removal. */
function merged(known: StringMap | undefined, changes: StringMap): StringMap {
  const all = Object.entries({ ...known, ...changes });
  return Object.fromEntries(all.filter(([key, value]) => value !== '' || key.startsWith('remove:')));
}

function requireSound(integration: HttpApiIntegration): void {
  const { integrationType, timeoutInMillis, integrationUri = '' } = integration;
  if (!integration.integrationSubtype) requireRequestKeys(integration.requestParameters);
  requireResponseKeys(integration.responseParameters);
  if (integrationType !== 'HTTP_PROXY' && integrationType !== 'AWS_PROXY') {
    throw badRequest(
      `Integration type ${integrationType} is not supported for HTTP APIs. Valid options are AWS_PROXY,HTTP_PROXY`,
    );
  }
  if (!Number.isInteger(timeoutInMillis) || timeoutInMillis < 50 || timeoutInMillis > 30_000) {
    throw badRequest('timeoutInMillis must be between 50 and 30000');
  }
  if (integrationType === 'HTTP_PROXY') requireHttpProxy(integration);
  else if (!integration.integrationSubtype && !integrationUri.startsWith('arn:')) {
    throw badRequest(
      'Invalid integration URI specified. AWS_PROXY requires a Lambda function ARN or an integrationSubtype',
    );
  }
}

function requireHttpProxy({
  integrationMethod,
  integrationUri = '',
  connectionType,
}: HttpApiIntegration): void {
  if (!integrationMethod) throw badRequest('HttpMethod is required for HTTP_PROXY integrations');
  const filled = integrationUri.replace(/\$\{?stageVariables\.[A-Za-z0-9_]+\}?|\{[^}]*\}/g, 'x');
  if (connectionType !== 'VPC_LINK' && !/^https?:\/\/[^/\s?#]+/i.test(filled)) {
    throw badRequest(`Invalid HTTP endpoint specified for URI: ${integrationUri}`);
  }
}

/** Rules of integration responses. */
import { badRequest, notFound } from '../fault';
import { keyedEntry } from '../patch/keyed';
import type { PatchOperation } from '../patch/operation';
import { applyPatch, type PatchEntry } from '../patch/table';
import { requireResponseMappings } from './mappings';
import { integrationOf, nullEmptied } from './integrations';
import { resourceOf } from './resources';
import type { Integration, IntegrationResponse, RestApiGraph, StringMap } from './types';

export interface PutIntegrationResponseInput {
  readonly selectionPattern?: string;
  readonly responseParameters?: StringMap;
  readonly responseTemplates?: Record<string, string | null>;
  readonly contentHandling?: string;
}

export function integrationResponseOf(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
): IntegrationResponse {
  return responseIn(integrationOf(graph, resourceId, verb), status);
}

function responseIn(integration: Integration, status: string): IntegrationResponse {
  const responses = integration.integrationResponses ?? {};
  const response = Object.hasOwn(responses, status) ? responses[status] : undefined;
  if (!response) throw notFound('Invalid Response status code specified');
  return response;
}

/** Creates or replaces. A method response for the status need not exist. */
export function putIntegrationResponse(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
  input: PutIntegrationResponseInput,
): IntegrationResponse {
  const integration = integrationOf(graph, resourceId, verb);
  const response: IntegrationResponse = { statusCode: status };
  if (input.selectionPattern !== undefined) response.selectionPattern = input.selectionPattern;
  if (input.responseParameters) response.responseParameters = requireValues(input.responseParameters);
  if (input.responseTemplates) response.responseTemplates = nullEmptied(input.responseTemplates);
  if (input.contentHandling) response.contentHandling = input.contentHandling;
  integration.integrationResponses = { ...integration.integrationResponses, [status]: response };
  return response;
}

function requireValues(parameters: StringMap): StringMap {
  if (Object.values(parameters).some((value) => !value)) {
    throw badRequest('Invalid null or empty value in responseParameters');
  }
  requireResponseMappings(parameters);
  return { ...parameters };
}

/** On DELETE an unknown verb answers as an unknown integration (seen on AWS). */
export function deleteIntegrationResponse(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
): void {
  const integration = resourceOf(graph, resourceId).resourceMethods[verb]?.methodIntegration;
  if (!integration) throw notFound('Invalid Integration identifier specified');
  responseIn(integration, status);
  const others = Object.entries(integration.integrationResponses ?? {}).filter(([code]) => code !== status);
  if (others.length > 0) integration.integrationResponses = Object.fromEntries(others);
  else delete integration.integrationResponses;
}

const text = (member: 'selectionPattern' | 'contentHandling'): PatchEntry<IntegrationResponse> => ({
  path: `/${member}`,
  ops: ['replace'],
  apply: (response, { value }) => {
    // An empty pattern is the default response; an empty conversion is none.
    if (value === undefined || (value === '' && member === 'contentHandling')) delete response[member];
    else response[member] = value;
  },
});

const INTEGRATION_RESPONSE: readonly PatchEntry<IntegrationResponse>[] = [
  text('selectionPattern'),
  text('contentHandling'),
  keyedEntry<IntegrationResponse, string>({
    path: '/responseParameters',
    member: 'responseParameters',
    unknown: 'Invalid parameter name specified',
    read: ({ value }) => value ?? '',
  }),
  keyedEntry<IntegrationResponse, string | null>({
    path: '/responseTemplates',
    member: 'responseTemplates',
    unknown: 'Content-Type specified was not found',
    read: ({ value }) => (value ? value : null),
  }),
];

export function updateIntegrationResponse(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  status: string,
  operations: readonly PatchOperation[],
): IntegrationResponse {
  const response = integrationResponseOf(graph, resourceId, verb, status);
  applyPatch(INTEGRATION_RESPONSE, response, operations);
  requireResponseMappings(response.responseParameters);
  return response;
}

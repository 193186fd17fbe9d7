/** Rules of integrations and integration responses. */
import { badRequest, notFound } from '../fault';
import { keyedEntry } from '../patch/keyed';
import { patchBoolean, type PatchOperation } from '../patch/operation';
import { applyPatch, type PatchEntry } from '../patch/table';
import { requireRequestMappings } from './mappings';
import { methodOf } from './methods';
import { resourceOf } from './resources';
import type { Integration, RestApiGraph, StringMap } from './types';

export interface PutIntegrationInput {
  readonly type: string;
  readonly integrationHttpMethod?: string;
  readonly uri?: string;
  readonly connectionType?: string;
  readonly connectionId?: string;
  readonly credentials?: string;
  readonly requestParameters?: StringMap;
  readonly requestTemplates?: Record<string, string | null>;
  readonly passthroughBehavior?: string;
  readonly cacheNamespace?: string;
  readonly cacheKeyParameters?: string[];
  readonly contentHandling?: string;
  readonly timeoutInMillis?: number;
  readonly tlsConfig?: { insecureSkipVerification?: boolean; serverNameToVerify?: string };
  readonly responseTransferMode?: string;
  readonly integrationTarget?: string;
}

export function integrationOf(graph: RestApiGraph, resourceId: string, verb: string): Integration {
  const integration = methodOf(graph, resourceId, verb).methodIntegration;
  if (!integration) throw notFound('Invalid Integration identifier specified');
  return integration;
}

/** Replaces the whole integration, its responses included, as AWS does. */
export function putIntegration(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  input: PutIntegrationInput,
): Integration {
  const method = methodOf(graph, resourceId, verb);
  const isMock = input.type === 'MOCK';
  const integration: Integration = {
    type: input.type,
    passthroughBehavior: input.passthroughBehavior ?? 'WHEN_NO_MATCH',
    timeoutInMillis: input.timeoutInMillis ?? 29_000,
    cacheNamespace: input.cacheNamespace ?? resourceId,
    cacheKeyParameters: [...(input.cacheKeyParameters ?? [])],
  };
  if (!isMock) copyEndpoint(integration, input);
  copyOptional(integration, input);
  requireSound(integration);
  method.methodIntegration = integration;
  return integration;
}

function copyEndpoint(integration: Integration, input: PutIntegrationInput): void {
  if (input.integrationHttpMethod) integration.httpMethod = input.integrationHttpMethod;
  if (input.uri) integration.uri = input.uri;
  if (input.credentials) integration.credentials = input.credentials;
  if (isHttp(integration.type)) integration.connectionType = input.connectionType ?? 'INTERNET';
  else if (input.connectionType) integration.connectionType = input.connectionType;
  if (input.connectionId) integration.connectionId = input.connectionId;
  if (input.tlsConfig) integration.tlsConfig = { ...input.tlsConfig };
  if (input.responseTransferMode) integration.responseTransferMode = input.responseTransferMode;
  if (input.integrationTarget) integration.integrationTarget = input.integrationTarget;
}

function copyOptional(integration: Integration, input: PutIntegrationInput): void {
  if (input.requestParameters) integration.requestParameters = { ...input.requestParameters };
  if (input.requestTemplates) integration.requestTemplates = nullEmptied(input.requestTemplates);
  if (input.contentHandling) integration.contentHandling = input.contentHandling;
}

/** AWS stores an empty template as null. */
function nullEmptied(templates: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(templates).map(([type, text]) => [type, text === '' ? null : text]),
  );
}

const isHttp = (type: string): boolean => type === 'HTTP' || type === 'HTTP_PROXY';

function requireSound(integration: Integration): void {
  const { type, timeoutInMillis, passthroughBehavior } = integration;
  requireRequestMappings(integration.requestParameters);
  if (!['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'].includes(passthroughBehavior)) {
    throw badRequest(
      'Invalid passthroughBehavior specified. Valid options are WHEN_NO_MATCH,WHEN_NO_TEMPLATES,NEVER',
    );
  }
  if (!Number.isInteger(timeoutInMillis) || timeoutInMillis < 50 || timeoutInMillis > 29_000) {
    throw badRequest('Timeout should be between 50 ms and 29000 ms');
  }
  if (type === 'MOCK') return;
  if (!integration.httpMethod) throw badRequest('Enumeration value for HttpMethod must be non-empty');
  if (isHttp(type)) requireHttpUri(integration.uri ?? '');
  else requireArn(type, integration.uri ?? '');
}

function requireHttpUri(uri: string): void {
  const filled = uri.replace(/\$\{stageVariables\.[^}]*\}|\{[^}]*\}/g, 'x');
  if (!/^https?:\/\/[^/\s?#]+/i.test(filled) || /\s/.test(filled)) {
    throw badRequest('Invalid HTTP endpoint specified for URI');
  }
}

/** What AWS_PROXY may call. A function by a path of Lambda's API alone, Firehose by no path (both seen on AWS). */
const PROXIED = /^(?:lambda:path\/+\d{4}-\d\d-\d\d\/functions\/|firehose:action\/)./s;

function requireArn(type: string, uri: string): void {
  const arn = /^arn:aws[a-z-]*:([^:]+):[^:]*:([^:]+):(.*)$/s.exec(uri);
  if (!arn) throw badRequest('Invalid ARN specified in the request');
  const [, service, subject, rest] = arn;
  if (service !== 'apigateway' || !/^(path|action)\//.test(rest ?? '')) {
    throw badRequest('AWS ARN for integration must contain path or action');
  }
  if (type === 'AWS_PROXY' && !PROXIED.test(`${subject}:${rest}`)) {
    throw badRequest(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    );
  }
}

/** An unknown verb here is an unknown integration, unlike in `methodOf` (seen on AWS). */
export function deleteIntegration(graph: RestApiGraph, resourceId: string, verb: string): void {
  resourceOf(graph, resourceId);
  integrationOf(graph, resourceId, verb);
  delete methodOf(graph, resourceId, verb).methodIntegration;
}

type TextMember =
  | 'httpMethod'
  | 'uri'
  | 'credentials'
  | 'connectionType'
  | 'connectionId'
  | 'contentHandling'
  | 'responseTransferMode';

const text = (member: TextMember): PatchEntry<Integration> => ({
  path: `/${member}`,
  ops: ['replace'],
  apply: (integration, { value }) => {
    if (value) integration[member] = value;
    else delete integration[member];
  },
});

function patchCacheKey(integration: Integration, { op }: PatchOperation, key: string): void {
  const others = integration.cacheKeyParameters.filter((known) => known !== key);
  integration.cacheKeyParameters = op === 'add' ? [...others, key] : others;
}

function replaceTls(integration: Integration, { value }: PatchOperation): void {
  integration.tlsConfig = { ...integration.tlsConfig, insecureSkipVerification: patchBoolean(value) };
}

const INTEGRATION: readonly PatchEntry<Integration>[] = [
  ...(['httpMethod', 'uri', 'credentials', 'connectionType', 'connectionId'] as const).map(text),
  ...(['contentHandling', 'responseTransferMode'] as const).map(text),
  {
    path: '/passthroughBehavior',
    ops: ['replace'],
    apply: (integration, { value }) => void (integration.passthroughBehavior = value ?? ''),
  },
  {
    path: '/timeoutInMillis',
    ops: ['replace'],
    apply: (integration, { value }) => void (integration.timeoutInMillis = Number(value)),
  },
  {
    path: '/cacheNamespace',
    ops: ['replace'],
    apply: (integration, { value }) => void (integration.cacheNamespace = value ?? ''),
  },
  { path: '/tlsConfig/insecureSkipVerification', ops: ['replace', 'add'], apply: replaceTls },
  { path: '/cacheKeyParameters/{name}', ops: ['add', 'remove'], apply: patchCacheKey },
  keyedEntry<Integration, string>({
    path: '/requestParameters',
    member: 'requestParameters',
    unknown: 'Invalid parameter name specified',
    read: ({ value }) => value ?? '',
  }),
  keyedEntry<Integration, string | null>({
    path: '/requestTemplates',
    member: 'requestTemplates',
    unknown: 'Content-Type specified was not found',
    read: ({ value }) => (value ? value : null),
  }),
];

export function updateIntegration(
  graph: RestApiGraph,
  resourceId: string,
  verb: string,
  operations: readonly PatchOperation[],
): Integration {
  const integration = integrationOf(graph, resourceId, verb);
  applyPatch(INTEGRATION, integration, operations);
  requireSound(integration);
  return integration;
}

export { nullEmptied };

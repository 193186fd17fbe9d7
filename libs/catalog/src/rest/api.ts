/** Rules of the RestApi object: defaults at creation, and what a patch may change. */
import { badRequest } from '../fault';
import { patchBoolean, type PatchOperation } from '../patch/operation';
import { applyPatch, type PatchEntry } from '../patch/table';
import { requireTags } from '../tags';
import type { EndpointConfiguration, RestApi, RestApiGraph, StringMap } from './types';

export interface CreateRestApiInput {
  readonly name?: string;
  readonly description?: string;
  readonly version?: string;
  readonly binaryMediaTypes?: string[];
  readonly minimumCompressionSize?: number;
  readonly apiKeySource?: string;
  readonly endpointConfiguration?: { types?: string[]; ipAddressType?: string; vpcEndpointIds?: string[] };
  readonly policy?: string;
  readonly tags?: StringMap;
  readonly disableExecuteApiEndpoint?: boolean;
  readonly securityPolicy?: string;
  readonly endpointAccessMode?: string;
}

export interface NewIds {
  readonly apiId: string;
  readonly rootResourceId: string;
}

/** A new API with its root resource. Throws `CatalogFault` with AWS's texts, in AWS's order of checks. */
export function createRestApi(input: CreateRestApiInput, ids: NewIds, now: number): RestApiGraph {
  requireName(input.name);
  if (input.description === '') throw badRequest('Description cannot be an empty string');
  if (input.minimumCompressionSize !== undefined) requireCompressionSize(input.minimumCompressionSize);
  if (input.tags) requireTags(input.tags);
  const api: RestApi = {
    id: ids.apiId,
    name: input.name ?? '',
    createdDate: now,
    apiKeySource: input.apiKeySource ?? 'HEADER',
    endpointConfiguration: newEndpointConfiguration(input.endpointConfiguration),
    disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
    rootResourceId: ids.rootResourceId,
  };
  copyOptional(api, input);
  const root = { id: ids.rootResourceId, path: '/', resourceMethods: {} };
  return { kind: 'REST', api, resources: { [root.id]: root }, authorizers: {}, gatewayResponses: {} };
}

/**
 * `cloneFrom`: the resources of another API with methods and integrations, and its authorizers, under fresh ids, and its gateway
 * responses. Of the API object itself only what the request leaves open is taken over.
 */
export function cloneRestApi(source: RestApiGraph, fresh: RestApiGraph, freshId: () => string): void {
  const known = [...Object.keys(source.resources), ...Object.keys(source.authorizers)];
  const ids = new Map(known.map((id) => [id, freshId()]));
  ids.set(source.api.rootResourceId, fresh.api.rootResourceId);
  const idOf = (id: string): string => ids.get(id) ?? id;
  for (const resource of Object.values(source.resources)) {
    const { id, parentId, ...rest } = structuredClone(resource);
    const copy = { ...rest, id: idOf(id), ...(parentId !== undefined && { parentId: idOf(parentId) }) };
    for (const method of Object.values(copy.resourceMethods)) {
      const { methodIntegration, authorizerId } = method;
      if (methodIntegration) methodIntegration.cacheNamespace = idOf(methodIntegration.cacheNamespace);
      if (authorizerId !== undefined) method.authorizerId = idOf(authorizerId);
    }
    fresh.resources[copy.id] = copy;
  }
  for (const { id, ...rest } of Object.values(source.authorizers)) {
    fresh.authorizers[idOf(id)] = { id: idOf(id), ...structuredClone(rest) };
  }
  fresh.gatewayResponses = structuredClone(source.gatewayResponses);
  fresh.api.binaryMediaTypes ??= source.api.binaryMediaTypes && [...source.api.binaryMediaTypes];
  if (fresh.api.binaryMediaTypes === undefined) delete fresh.api.binaryMediaTypes;
}

function copyOptional(api: RestApi, input: CreateRestApiInput): void {
  if (input.description !== undefined) api.description = input.description;
  if (input.version) api.version = input.version;
  if (input.binaryMediaTypes?.length) api.binaryMediaTypes = [...input.binaryMediaTypes];
  if (input.minimumCompressionSize !== undefined) api.minimumCompressionSize = input.minimumCompressionSize;
  if (input.policy) api.policy = requirePolicy(input.policy);
  if (input.tags && Object.keys(input.tags).length > 0) api.tags = { ...input.tags };
  if (input.securityPolicy) api.securityPolicy = input.securityPolicy;
  if (input.endpointAccessMode) api.endpointAccessMode = input.endpointAccessMode;
}

function requireName(name: string | undefined): void {
  if (!name) throw badRequest('Name cannot be empty');
}

function requireCompressionSize(size: number): number {
  if (!Number.isInteger(size) || size < 0 || size > 10_485_760) {
    throw badRequest('Invalid minimum compression size, must be between 0 and 10485760');
  }
  return size;
}

/** A policy is a JSON object; what it says is not looked at here. */
function requirePolicy(text: string): string {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return text;
  } catch {
    // falls through to the refusal below
  }
  throw badRequest(
    'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
  );
}

const PRIVATE_IS_DUALSTACK = 'Only dualstack ipAddressType is supported for Private APIs.';

function newEndpointConfiguration(input: CreateRestApiInput['endpointConfiguration']): EndpointConfiguration {
  const type = requireOneType(input?.types ?? ['EDGE']);
  const ipAddressType = input?.ipAddressType ?? (type === 'PRIVATE' ? 'dualstack' : 'ipv4');
  if (type === 'PRIVATE' && ipAddressType !== 'dualstack') throw badRequest(PRIVATE_IS_DUALSTACK);
  const vpcEndpointIds = input?.vpcEndpointIds ?? [];
  return {
    types: [type],
    ipAddressType,
    ...(vpcEndpointIds.length > 0 && { vpcEndpointIds: [...vpcEndpointIds] }),
  };
}

function requireOneType([type, ...others]: readonly string[]): string {
  if (type === undefined)
    throw badRequest('REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.');
  if (others.length > 0) throw badRequest('Cannot create an api with multiple Endpoint Types.');
  return type;
}

/** Replaces the endpoint type: `/endpointConfiguration/types/{n or TYPE}`. A private API becomes dualstack. */
function replaceEndpointType(api: RestApi, { op, value }: PatchOperation): void {
  if (op !== 'replace')
    throw badRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
  if (value !== 'REGIONAL' && value !== 'EDGE' && value !== 'PRIVATE') {
    throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE');
  }
  api.endpointConfiguration.types = [value];
  if (value === 'PRIVATE') api.endpointConfiguration.ipAddressType = 'dualstack';
}

function replaceIpAddressType(api: RestApi, { value }: PatchOperation): void {
  if (value !== 'ipv4' && value !== 'dualstack')
    throw badRequest('ipAddressType must be either ipv4 or dualstack.');
  if (value === 'ipv4' && api.endpointConfiguration.types[0] === 'PRIVATE')
    throw badRequest(PRIVATE_IS_DUALSTACK);
  api.endpointConfiguration.ipAddressType = value;
}

/** The media type is the key in the path; a `replace` drops it and appends the value. */
function patchBinaryMediaType(api: RestApi, { op, value }: PatchOperation, type: string): void {
  const others = (api.binaryMediaTypes ?? []).filter((known) => known !== type);
  if (op === 'add') others.push(type);
  if (op === 'replace' && value) others.push(value);
  if (others.length > 0) api.binaryMediaTypes = others;
  else delete api.binaryMediaTypes;
}

function patchVpcEndpoints(api: RestApi, { op, value }: PatchOperation): void {
  const others = (api.endpointConfiguration.vpcEndpointIds ?? []).filter((id) => id !== value);
  if (op === 'add' && value) others.push(value);
  if (others.length > 0) api.endpointConfiguration.vpcEndpointIds = others;
  else delete api.endpointConfiguration.vpcEndpointIds;
}

function replaceCompressionSize(api: RestApi, { value }: PatchOperation): void {
  if (!value) delete api.minimumCompressionSize;
  else api.minimumCompressionSize = requireCompressionSize(Number(value));
}

function replaceKeySource(api: RestApi, { value }: PatchOperation): void {
  if (value !== 'HEADER' && value !== 'AUTHORIZER') {
    throw badRequest('Invalid API key source specified. Valid options are HEADER,AUTHORIZER');
  }
  api.apiKeySource = value;
}

function optionalText(member: 'description' | 'securityPolicy' | 'endpointAccessMode' | 'version') {
  return (api: RestApi, { op, value }: PatchOperation): void => {
    if (op === 'remove' || !value) delete api[member];
    else api[member] = value;
  };
}

const REST_API: readonly PatchEntry<RestApi>[] = [
  {
    path: '/name',
    ops: ['replace'],
    apply: (api, { value }) => {
      requireName(value);
      api.name = value ?? '';
    },
  },
  { path: '/description', ops: ['replace', 'remove', 'add'], apply: optionalText('description') },
  { path: '/version', ops: ['replace'], apply: optionalText('version') },
  {
    path: '/policy',
    ops: ['replace', 'remove', 'add'],
    apply: (api, { op, value }) => {
      if (op === 'remove' || !value) delete api.policy;
      else api.policy = requirePolicy(value);
    },
  },
  { path: '/securityPolicy', ops: ['replace'], apply: optionalText('securityPolicy') },
  { path: '/endpointAccessMode', ops: ['replace'], apply: optionalText('endpointAccessMode') },
  { path: '/apiKeySource', ops: ['replace'], apply: replaceKeySource },
  { path: '/minimumCompressionSize', ops: ['replace'], apply: replaceCompressionSize },
  {
    path: '/disableExecuteApiEndpoint',
    ops: ['replace'],
    apply: (api, { value }) => void (api.disableExecuteApiEndpoint = patchBoolean(value)),
  },
  { path: '/binaryMediaTypes/{type}', ops: ['add', 'remove', 'replace'], apply: patchBinaryMediaType },
  {
    path: '/endpointConfiguration/types/{type}',
    ops: ['add', 'remove', 'replace'],
    apply: replaceEndpointType,
  },
  { path: '/endpointConfiguration/ipAddressType', ops: ['replace'], apply: replaceIpAddressType },
  { path: '/endpointConfiguration/vpcEndpointIds', ops: ['add', 'remove'], apply: patchVpcEndpoints },
];

/** Changes `api` in place. AWS answers `tags: {}` after an update of an untagged API, unlike after its creation. */
export function updateRestApi(api: RestApi, operations: readonly PatchOperation[]): void {
  applyPatch(REST_API, api, operations);
  api.tags ??= {};
}

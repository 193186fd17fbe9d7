/** apigateway: RestApi, Resource, Tags and Account. */
import {
  createResource,
  deleteResource,
  resourceOf,
  updateResource,
  type CreateRestApiInput,
  type PatchOperation,
  type Resource,
} from '@gatehouse/catalog';
import type { Accounts } from '../services/accounts';
import { pageOf } from '../services/pages';
import type { RestApis } from '../services/rest-apis';
import type { Tags } from '../services/tags';
import { handlersOf, positionRequest, type OperationHandler, type PositionPage } from './handler';

const on = handlersOf('apigateway');

interface Patch {
  readonly patchOperations?: PatchOperation[];
}
interface ApiKey {
  readonly restApiId: string;
}
interface ResourceKey extends ApiKey {
  readonly resourceId: string;
}

/** Methods are shown in full only with `embed=methods`; otherwise their verbs alone. */
export function describeResource(resource: Resource, embed: readonly string[] | undefined): object {
  const { resourceMethods, ...plain } = resource;
  const verbs = Object.keys(resourceMethods);
  if (verbs.length === 0) return plain;
  if (embed?.includes('methods')) return resource;
  return { ...plain, resourceMethods: Object.fromEntries(verbs.map((verb) => [verb, {}])) };
}

export function restApiOperations(apis: RestApis): OperationHandler[] {
  return [
    on('CreateRestApi', (input: CreateRestApiInput, caller) => apis.create(caller, input)),
    on('GetRestApi', ({ restApiId }: ApiKey, caller) => apis.get(caller, restApiId)),
    on('GetRestApis', async (input: PositionPage, caller) => {
      const page = await apis.list(caller, positionRequest(input));
      return { items: page.items, position: page.next };
    }),
    on('UpdateRestApi', ({ restApiId, patchOperations = [] }: ApiKey & Patch, caller) =>
      apis.update(caller, restApiId, patchOperations),
    ),
    on('DeleteRestApi', ({ restApiId }: ApiKey, caller) => apis.delete(caller, restApiId)),
  ];
}

export function resourceOperations(apis: RestApis): OperationHandler[] {
  return [
    on('CreateResource', (input: ApiKey & { parentId: string; pathPart: string }, caller) =>
      apis.edit(caller, input.restApiId, (graph) => {
        const resource = createResource(graph, input.parentId, input.pathPart, apis.freshId());
        return describeResource(resource, undefined);
      }),
    ),
    on('GetResource', async ({ restApiId, resourceId, embed }: ResourceKey & { embed?: string[] }, caller) =>
      describeResource(resourceOf(await apis.draft(caller, restApiId), resourceId), embed),
    ),
    on('GetResources', async (input: ApiKey & PositionPage & { embed?: string[] }, caller) => {
      const graph = await apis.draft(caller, input.restApiId);
      const sorted = Object.values(graph.resources).sort((a, b) => (a.path < b.path ? -1 : 1));
      const page = pageOf(sorted, ({ id }) => id, positionRequest(input));
      return {
        items: page.items.map((resource) => describeResource(resource, input.embed)),
        position: page.next,
      };
    }),
    on('UpdateResource', ({ restApiId, resourceId, patchOperations = [] }: ResourceKey & Patch, caller) =>
      apis.edit(caller, restApiId, (graph) =>
        describeResource(updateResource(graph, resourceId, patchOperations), undefined),
      ),
    ),
    on('DeleteResource', ({ restApiId, resourceId }: ResourceKey, caller) =>
      apis.edit(caller, restApiId, (graph) => deleteResource(graph, resourceId)),
    ),
  ];
}

export function tagOperations(tags: Tags): OperationHandler[] {
  return [
    on('GetTags', async ({ resourceArn }: { resourceArn: string }, caller) => ({
      tags: await tags.get(caller, resourceArn),
    })),
    on('TagResource', (input: { resourceArn: string; tags: Record<string, string> }, caller) =>
      tags.add(caller, input.resourceArn, input.tags),
    ),
    on('UntagResource', (input: { resourceArn: string; tagKeys: string[] }, caller) =>
      tags.remove(caller, input.resourceArn, input.tagKeys),
    ),
  ];
}

export function accountOperations(accounts: Accounts): OperationHandler[] {
  return [
    on('GetAccount', (_input: object, caller) => accounts.get(caller)),
    on('UpdateAccount', ({ patchOperations = [] }: Patch, caller) =>
      accounts.update(caller, patchOperations),
    ),
  ];
}

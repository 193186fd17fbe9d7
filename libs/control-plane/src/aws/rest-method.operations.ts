/** apigateway: Method, MethodResponse, Integration and IntegrationResponse of the draft. */
import {
  deleteIntegration,
  deleteIntegrationResponse,
  deleteMethod,
  deleteMethodResponse,
  integrationOf,
  integrationResponseOf,
  methodOf,
  methodResponseOf,
  putIntegration,
  putIntegrationResponse,
  putMethod,
  putMethodResponse,
  updateIntegration,
  updateIntegrationResponse,
  updateMethod,
  updateMethodResponse,
  type PatchOperation,
  type PutIntegrationInput,
  type PutIntegrationResponseInput,
  type PutMethodInput,
  type PutMethodResponseInput,
  type RestApiGraph,
} from '@gatehouse/catalog';
import type { RestApis } from '../services/rest-apis';
import { handlersOf, type OperationHandler } from './handler';

const on = handlersOf('apigateway');

interface MethodKey {
  readonly restApiId: string;
  readonly resourceId: string;
  readonly httpMethod: string;
}
interface StatusKey extends MethodKey {
  readonly statusCode: string;
}
interface Patch {
  readonly patchOperations?: PatchOperation[];
}

/** The draft's four methods of one kind of object: put, get, update, delete. */
interface Family<P> {
  readonly kind: string;
  put(graph: RestApiGraph, key: StatusKey, input: P): object;
  get(graph: RestApiGraph, key: StatusKey): object;
  update(graph: RestApiGraph, key: StatusKey, operations: readonly PatchOperation[]): object;
  delete(graph: RestApiGraph, key: StatusKey): void;
}

const methods: Family<PutMethodInput> = {
  kind: 'Method',
  put: (graph, { resourceId, httpMethod }, input) => putMethod(graph, resourceId, httpMethod, input),
  get: (graph, { resourceId, httpMethod }) => methodOf(graph, resourceId, httpMethod),
  update: (graph, { resourceId, httpMethod }, operations) =>
    updateMethod(graph, resourceId, httpMethod, operations),
  delete: (graph, { resourceId, httpMethod }) => deleteMethod(graph, resourceId, httpMethod),
};

const methodResponses: Family<PutMethodResponseInput> = {
  kind: 'MethodResponse',
  put: (graph, { resourceId, httpMethod, statusCode }, input) =>
    putMethodResponse(graph, resourceId, httpMethod, statusCode, input),
  get: (graph, { resourceId, httpMethod, statusCode }) =>
    methodResponseOf(graph, resourceId, httpMethod, statusCode),
  update: (graph, { resourceId, httpMethod, statusCode }, operations) =>
    updateMethodResponse(graph, resourceId, httpMethod, statusCode, operations),
  delete: (graph, { resourceId, httpMethod, statusCode }) =>
    deleteMethodResponse(graph, resourceId, httpMethod, statusCode),
};

const integrations: Family<PutIntegrationInput> = {
  kind: 'Integration',
  put: (graph, { resourceId, httpMethod }, input) => putIntegration(graph, resourceId, httpMethod, input),
  get: (graph, { resourceId, httpMethod }) => integrationOf(graph, resourceId, httpMethod),
  update: (graph, { resourceId, httpMethod }, operations) =>
    updateIntegration(graph, resourceId, httpMethod, operations),
  delete: (graph, { resourceId, httpMethod }) => deleteIntegration(graph, resourceId, httpMethod),
};

const integrationResponses: Family<PutIntegrationResponseInput> = {
  kind: 'IntegrationResponse',
  put: (graph, { resourceId, httpMethod, statusCode }, input) =>
    putIntegrationResponse(graph, resourceId, httpMethod, statusCode, input),
  get: (graph, { resourceId, httpMethod, statusCode }) =>
    integrationResponseOf(graph, resourceId, httpMethod, statusCode),
  update: (graph, { resourceId, httpMethod, statusCode }, operations) =>
    updateIntegrationResponse(graph, resourceId, httpMethod, statusCode, operations),
  delete: (graph, { resourceId, httpMethod, statusCode }) =>
    deleteIntegrationResponse(graph, resourceId, httpMethod, statusCode),
};

function familyOperations<P>(apis: RestApis, family: Family<P>): OperationHandler[] {
  const { kind } = family;
  return [
    on(`Put${kind}`, (input: StatusKey & P, caller) =>
      apis.edit(caller, input.restApiId, (graph) => family.put(graph, input, input)),
    ),
    on(`Get${kind}`, async (input: StatusKey, caller) =>
      family.get(await apis.draft(caller, input.restApiId), input),
    ),
    on(`Update${kind}`, (input: StatusKey & Patch, caller) =>
      apis.edit(caller, input.restApiId, (graph) => family.update(graph, input, input.patchOperations ?? [])),
    ),
    on(`Delete${kind}`, (input: StatusKey, caller) =>
      apis.edit(caller, input.restApiId, (graph) => family.delete(graph, input)),
    ),
  ];
}

export function methodOperations(apis: RestApis): OperationHandler[] {
  return [
    ...familyOperations(apis, methods),
    ...familyOperations(apis, methodResponses),
    ...familyOperations(apis, integrations),
    ...familyOperations(apis, integrationResponses),
  ];
}

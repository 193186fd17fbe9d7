/** Graphs and refusals for the catalog's own tests. */
import { CatalogFault } from '../fault';
import { createRestApi } from '../rest/api';
import { createResource } from '../rest/resources';
import { putMethod } from '../rest/methods';
import { putIntegration } from '../rest/integrations';
import { createHttpApi } from '../http/api';
import type { HttpApiGraph } from '../http/types';
import type { RestApiGraph } from '../rest/types';

/** `Code: message` of the fault that `act` throws; `accepted` when it throws none. Other errors pass through. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CatalogFault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

export const bad = (message: string): string => `BadRequestException: ${message}`;
export const missing = (message: string): string => `NotFoundException: ${message}`;
export const taken = (message: string): string => `ConflictException: ${message}`;

/** A REST API `shop1` with the root `root1` alone. */
export function emptyRest(): RestApiGraph {
  return createRestApi({ name: 'shop' }, { apiId: 'shop1', rootResourceId: 'root1' }, 1_700_000_000_000);
}

/** `emptyRest` with `/orders` (`orders`), its `GET` and an HTTP integration. */
export function restWithMethod(): RestApiGraph {
  const graph = emptyRest();
  createResource(graph, 'root1', 'orders', 'orders');
  putMethod(graph, 'orders', 'GET', { authorizationType: 'NONE' });
  putIntegration(graph, 'orders', 'GET', {
    type: 'HTTP',
    integrationHttpMethod: 'GET',
    uri: 'http://origin.example/orders',
  });
  return graph;
}

/** An HTTP API `http1` with nothing in it. */
export function emptyHttp(): HttpApiGraph {
  return createHttpApi(
    { name: 'shop', protocolType: 'HTTP' },
    { apiId: 'http1', apiEndpoint: 'http://http1.test', now: 1_700_000_000_000, childId: () => 'unused' },
  ).graph;
}

/** Rules of the resource tree. Operations change the graph in place or throw `CatalogFault` and leave it alone. */
import { badRequest, conflict, notFound } from '../fault';
import { requirePaths, type PatchOperation } from '../patch/operation';
import type { Resource, RestApiGraph } from './types';

const VARIABLE = /^\{([^{}+]+)(\+?)\}$/;
const LITERAL = /^[a-zA-Z0-9._\-:,]+$/;
const VARIABLE_NAME = /^[a-zA-Z0-9._\-:]+$/;

export function resourceOf(graph: RestApiGraph, id: string): Resource {
  const resource = Object.hasOwn(graph.resources, id) ? graph.resources[id] : undefined;
  if (!resource) throw notFound('Invalid Resource identifier specified');
  return resource;
}

export function createResource(
  graph: RestApiGraph,
  parentId: string,
  pathPart: string,
  id: string,
): Resource {
  const parent = resourceOf(graph, parentId);
  requirePathPart(pathPart);
  requirePlace(graph, parent, pathPart, undefined);
  const resource = { id, parentId, pathPart, path: childPath(parent, pathPart), resourceMethods: {} };
  graph.resources[id] = resource;
  return resource;
}

/** Removes the resource and all below it. The root stays. */
export function deleteResource(graph: RestApiGraph, id: string): void {
  const resource = resourceOf(graph, id);
  if (resource.parentId === undefined) throw badRequest('Root resource cannot be deleted.');
  for (const child of childrenOf(graph, id)) deleteResource(graph, child.id);
  delete graph.resources[id];
}

export function updateResource(
  graph: RestApiGraph,
  id: string,
  operations: readonly PatchOperation[],
): Resource {
  const resource = resourceOf(graph, id);
  requirePaths(operations);
  for (const operation of operations) {
    requireMove(operation);
    const member = operation.path === '/pathPart' ? 'pathPart' : 'parentId';
    if (resource.parentId === undefined) throw badRequest(`Root resource cannot update its ${member}.`);
    if (member === 'pathPart') rename(graph, resource, operation.value ?? '');
    else move(graph, resource, operation.value ?? '');
  }
  return resource;
}

function requireMove({ op, path }: PatchOperation): void {
  if (op !== 'replace') {
    throw badRequest(
      `Invalid patch path  '${path}' specified for op '${op}'. Please choose supported operations`,
    );
  }
  if (path !== '/pathPart' && path !== '/parentId') {
    throw badRequest(
      `Invalid patch path  '${path}' specified for op 'replace'. Must be one of: [/parentId, /pathPart]`,
    );
  }
}

function rename(graph: RestApiGraph, resource: Resource, pathPart: string): void {
  requirePathPart(pathPart);
  const parent = resourceOf(graph, resource.parentId ?? '');
  requirePlace(graph, parent, pathPart, resource.id);
  resource.pathPart = pathPart;
  repath(graph, resource, parent);
}

function move(graph: RestApiGraph, resource: Resource, parentId: string): void {
  const parent = resourceOf(graph, parentId);
  for (
    let up: Resource | undefined = parent;
    up;
    up = up.parentId === undefined ? undefined : graph.resources[up.parentId]
  ) {
    if (up.id === resource.id) throw badRequest('Resources cannot be cyclical.');
  }
  requirePlace(graph, parent, resource.pathPart ?? '', resource.id);
  resource.parentId = parentId;
  repath(graph, resource, parent);
}

function repath(graph: RestApiGraph, resource: Resource, parent: Resource): void {
  resource.path = childPath(parent, resource.pathPart ?? '');
  for (const child of childrenOf(graph, resource.id)) repath(graph, child, resource);
}

function requirePathPart(pathPart: string): void {
  const variable = VARIABLE.exec(pathPart);
  const valid = variable ? VARIABLE_NAME.test(variable[1] ?? '') : LITERAL.test(pathPart);
  if (!valid) {
    throw badRequest(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    );
  }
}

/** Siblings are unique, only one of them is a variable, and nothing lives below a greedy variable. */
function requirePlace(
  graph: RestApiGraph,
  parent: Resource,
  pathPart: string,
  self: string | undefined,
): void {
  const hasChildren = self !== undefined && childrenOf(graph, self).length > 0;
  const greedy = [parent.pathPart, hasChildren ? pathPart : undefined].find((part) => part?.endsWith('+}'));
  if (greedy !== undefined) {
    throw badRequest(`Cannot create a child of a resource with a greedy path variable: ${greedy}`);
  }
  const siblings = childrenOf(graph, parent.id).filter((sibling) => sibling.id !== self);
  if (siblings.some((sibling) => sibling.pathPart === pathPart)) {
    throw conflict(`Another resource with the same parent already has this name: ${pathPart}`);
  }
  const variable = VARIABLE.test(pathPart)
    ? siblings.find((sibling) => VARIABLE.test(sibling.pathPart ?? ''))
    : undefined;
  if (variable) {
    throw badRequest(
      `A sibling (${variable.pathPart}) of this resource already has a variable path part -- only one is allowed`,
    );
  }
}

function childrenOf(graph: RestApiGraph, id: string): Resource[] {
  return Object.values(graph.resources).filter((resource) => resource.parentId === id);
}

function childPath(parent: Resource, pathPart: string): string {
  return parent.path === '/' ? `/${pathPart}` : `${parent.path}/${pathPart}`;
}

/** Rules of HTTP API stages and deployments. */
import { badRequest } from '../fault';
import { requireStageName, requireVariables } from '../rest/stages';
import type { StringMap } from '../rest/types';
import { requireTags } from '../tags';
import type { HttpApiGraph, HttpDeployment, HttpStage, RouteSettings } from './types';

export interface HttpStageInput {
  readonly stageName?: string;
  readonly autoDeploy?: boolean;
  readonly deploymentId?: string;
  readonly description?: string;
  readonly accessLogSettings?: { format?: string; destinationArn?: string };
  readonly clientCertificateId?: string;
  readonly defaultRouteSettings?: RouteSettings;
  readonly routeSettings?: Record<string, RouteSettings>;
  readonly stageVariables?: StringMap;
  readonly tags?: StringMap;
}

export function newStage(input: HttpStageInput, now: number, apiGatewayManaged = false): HttpStage {
  const stageName = input.stageName ?? '';
  if (stageName !== '$default') requireStageName(stageName);
  if (input.tags) requireTags(input.tags);
  const stage: HttpStage = {
    stageName,
    defaultRouteSettings: { detailedMetricsEnabled: false },
    routeSettings: {},
    stageVariables: {},
    createdDate: now,
    lastUpdatedDate: now,
    tags: { ...input.tags },
    ...(apiGatewayManaged && { apiGatewayManaged }),
  };
  applyHttpStage(stage, input, now);
  return stage;
}

/** Absent members stay as they are; stage variables merge, and an empty value removes one. */
export function applyHttpStage(stage: HttpStage, input: HttpStageInput, now: number): void {
  if (input.autoDeploy && input.deploymentId !== undefined) {
    throw badRequest('deploymentId cannot be set for a stage with autoDeploy enabled');
  }
  if (input.autoDeploy !== undefined) setAutoDeploy(stage, input.autoDeploy);
  if (input.deploymentId !== undefined) stage.deploymentId = input.deploymentId;
  if (input.description !== undefined) stage.description = input.description;
  if (input.clientCertificateId !== undefined) stage.clientCertificateId = input.clientCertificateId;
  if (input.accessLogSettings)
    stage.accessLogSettings = { ...stage.accessLogSettings, ...input.accessLogSettings };
  if (input.defaultRouteSettings)
    stage.defaultRouteSettings = { ...stage.defaultRouteSettings, ...input.defaultRouteSettings };
  if (input.routeSettings) stage.routeSettings = { ...stage.routeSettings, ...input.routeSettings };
  if (input.stageVariables) stage.stageVariables = mergeVariables(stage.stageVariables, input.stageVariables);
  stage.lastUpdatedDate = now;
}

function setAutoDeploy(stage: HttpStage, autoDeploy: boolean): void {
  if (autoDeploy) stage.autoDeploy = true;
  else delete stage.autoDeploy;
}

function mergeVariables(known: StringMap, changes: StringMap): StringMap {
  const left = Object.entries({ ...known, ...changes }).filter(([, value]) => value !== '');
  return requireVariables(Object.fromEntries(left));
}

export function newHttpDeployment(
  deploymentId: string,
  now: number,
  options: { readonly description?: string; readonly autoDeployed: boolean },
): HttpDeployment {
  return {
    deploymentId,
    autoDeployed: options.autoDeployed,
    deploymentStatus: 'DEPLOYED',
    createdDate: now,
    ...(options.description !== undefined && { description: options.description }),
  };
}

export function requireHttpDeployable(graph: HttpApiGraph): void {
  if (Object.keys(graph.routes).length === 0)
    throw badRequest('At least one route is required before deploying the Api.');
}

/** What UpdateStage may change, with AWS's messages (they are one family: everything unknown is a "method setting"). */
import { badRequest } from '../fault';
import { patchBoolean, pointer, requirePaths, unescapeToken, type PatchOperation } from '../patch/operation';
import { CACHE_SIZES } from './cache-size';
import type { Judgement } from './canary-judgement';
import { METHOD_SETTING_PATHS, newMethodSetting, patchMethodSetting } from './method-settings';
import { requireDeployment, requirePercent, requireVariables } from './stages';
import type { CanarySettings, RestStage } from './types';

type Apply = (stage: RestStage, operation: PatchOperation, deployments: ReadonlySet<string>) => void;

function text(member: 'description' | 'clientCertificateId' | 'documentationVersion' | 'webAclArn'): Apply {
  return (stage, { value }) => {
    if (value) stage[member] = value;
    else delete stage[member];
  };
}

function patchCacheCluster(stage: RestStage, enabled: boolean): void {
  stage.cacheClusterEnabled = enabled;
  stage.cacheClusterStatus = enabled ? 'AVAILABLE' : 'NOT_AVAILABLE';
  if (enabled) stage.cacheClusterSize ??= '0.5';
}

const MEMBERS: Readonly<Record<string, Apply>> = {
  '/deploymentId': (stage, { value }, deployments) =>
    void (stage.deploymentId = requireDeployment(deployments, value ?? '')),
  '/description': text('description'),
  '/clientCertificateId': text('clientCertificateId'),
  '/documentationVersion': text('documentationVersion'),
  '/tracingEnabled': (stage, { value }) => void (stage.tracingEnabled = patchBoolean(value)),
  '/cacheClusterEnabled': (stage, { value }) => patchCacheCluster(stage, patchBoolean(value)),
  '/cacheClusterSize': (stage, { value }) => void (stage.cacheClusterSize = requireCacheSize(value ?? '')),
};

const memberAt = (path: string): Apply | undefined =>
  Object.hasOwn(MEMBERS, path) ? MEMBERS[path] : undefined;

function requireCacheSize(size: string): string {
  if (!(CACHE_SIZES as readonly string[]).includes(size))
    throw badRequest(`Invalid cache cluster size. Valid options are ${CACHE_SIZES.join(',')}`);
  return size;
}

const noSetting = (path: string): Error =>
  badRequest(
    `Cannot remove method setting ${path.slice(1)} because there is no method setting for this method `,
  );

function patchAccessLog(stage: RestStage, { op, path, value }: PatchOperation): void {
  const member = path.slice('/accessLogSettings/'.length);
  if (op === 'remove') throw noSetting(path);
  if (member !== 'destinationArn' && member !== 'format') {
    throw badRequest(
      'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]',
    );
  }
  if (!value) throw badRequest('Access Log value must not be empty');
  stage.accessLogSettings = { ...stage.accessLogSettings, [member]: value };
}

function patchCanary(stage: RestStage, operation: PatchOperation, deployments: ReadonlySet<string>): void {
  const { op, path, value = '' } = operation;
  if (op === 'add') throw badRequest(`Invalid add operation with path: ${path}`);
  const canary: CanarySettings = stage.canarySettings ?? {
    deploymentId: stage.deploymentId,
    percentTraffic: 0,
    useStageCache: false,
  };
  const override = keyBelow('/canarySettings/stageVariableOverrides/', path);
  if (path === '/canarySettings/deploymentId') canary.deploymentId = requireDeployment(deployments, value);
  else if (path === '/canarySettings/percentTraffic') canary.percentTraffic = requirePercent(Number(value));
  else if (path === '/canarySettings/useStageCache') canary.useStageCache = patchBoolean(value);
  else if (override !== undefined) {
    canary.stageVariableOverrides = requireVariables({ ...canary.stageVariableOverrides, [override]: value });
  } else throw unknownPath(path);
  stage.canarySettings = canary;
}

function removeCanaryVariable(stage: RestStage, key: string): boolean {
  const overrides = stage.canarySettings?.stageVariableOverrides;
  if (!stage.canarySettings || !overrides || !Object.hasOwn(overrides, key)) return false;
  const left = Object.entries(overrides).filter(([name]) => name !== key);
  if (left.length > 0) stage.canarySettings.stageVariableOverrides = Object.fromEntries(left);
  else delete stage.canarySettings.stageVariableOverrides;
  return true;
}

/** Canary promotion: `copy` of the canary's deployment or of its variables, which merge over the stage's. */
function promote(stage: RestStage, { path, from = '' }: PatchOperation): void {
  const canary = stage.canarySettings;
  const isDeployment = path === '/deploymentId' && from === '/canarySettings/deploymentId';
  const isVariables = path === '/variables' && from === '/canarySettings/stageVariableOverrides';
  if (!isDeployment && !isVariables) {
    throw badRequest(
      `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]`,
    );
  }
  if (!canary) throw badRequest('Promotion not available. Canary does not exist.');
  if (isDeployment) stage.deploymentId = canary.deploymentId;
  else if (canary.stageVariableOverrides)
    stage.variables = requireVariables({ ...stage.variables, ...canary.stageVariableOverrides });
}

/** What a user does by hand, done by the stage's options: promotion by `copy`, and the canary's removal after it or without. */
export function endCanary(stage: RestStage, { decision, reason }: Judgement, now: number): void {
  const canary = stage.canarySettings;
  if (!canary) return;
  const from = '/canarySettings/';
  const operations: PatchOperation[] = [
    { op: 'copy', from: `${from}deploymentId`, path: '/deploymentId' },
    { op: 'copy', from: `${from}stageVariableOverrides`, path: '/variables' },
  ];
  const removal: PatchOperation = { op: 'remove', path: '/canarySettings' };
  updateStage(stage, decision === 'promote' ? [...operations, removal] : [removal], new Set(), now);
  stage.endedCanary = { decision, deploymentId: canary.deploymentId, reason, endedDate: now };
}

function patchVariable(stage: RestStage, { op, value = '' }: PatchOperation, name: string): void {
  const others = Object.entries(stage.variables ?? {}).filter(([known]) => known !== name);
  if (op !== 'remove') {
    stage.variables = requireVariables({ ...stage.variables, [name]: value });
  } else if (others.length > 0) stage.variables = Object.fromEntries(others);
  else delete stage.variables;
}

/** The one segment of `path` below `prefix`, unescaped. */
function keyBelow(prefix: string, path: string): string | undefined {
  const key = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  return key === '' || key.includes('/') ? undefined : unescapeToken(key);
}

function remove(stage: RestStage, path: string): void {
  const variable = keyBelow('/variables/', path);
  const override = keyBelow('/canarySettings/stageVariableOverrides/', path);
  if (path === '/canarySettings') delete stage.canarySettings;
  else if (path === '/accessLogSettings') delete stage.accessLogSettings;
  else if (variable !== undefined) patchVariable(stage, { op: 'remove', path }, variable);
  else if (override !== undefined && removeCanaryVariable(stage, override)) return;
  else if (path !== '/deploymentId' && memberAt(path))
    memberAt(path)?.(stage, { op: 'replace', path, value: '' }, new Set());
  else removeMethodSetting(stage, path);
}

function removeMethodSetting(stage: RestStage, path: string): void {
  const key = settingKey(pointer(path));
  if (!Object.hasOwn(stage.methodSettings, key)) throw noSetting(path);
  stage.methodSettings = Object.fromEntries(
    Object.entries(stage.methodSettings).filter(([known]) => known !== key),
  );
}

function replace(stage: RestStage, operation: PatchOperation, deployments: ReadonlySet<string>): void {
  const { path } = operation;
  const variable = keyBelow('/variables/', path);
  const member = memberAt(path);
  if (member) member(stage, operation, deployments);
  else if (variable !== undefined) patchVariable(stage, operation, variable);
  else if (path.startsWith('/accessLogSettings/')) patchAccessLog(stage, operation);
  else if (path.startsWith('/canarySettings/')) patchCanary(stage, operation, deployments);
  else if (!setMethodSetting(stage, operation)) throw unknownPath(path);
}

/**
 * Key of a method's settings: the resource's path without leading slash, and the verb. The path may come in one escaped
 * token or with plain slashes, as Terraform sends it; the root's key is `/{VERB}`.
 */
function settingKey(tokens: readonly string[]): string {
  const resource = tokens.slice(0, -1).join('/').replace(/^\/+/, '');
  return `${resource}/${tokens.at(-1) ?? ''}`;
}

/** `/{path}/{VERB}/{group}/{name}`. The first setting of a method writes a full entry: that of all methods, else the defaults. */
function setMethodSetting(stage: RestStage, { path, value = '' }: PatchOperation): boolean {
  const tokens = pointer(path);
  const key = settingKey(tokens.slice(0, -2));
  const known = Object.hasOwn(stage.methodSettings, key) ? stage.methodSettings[key] : undefined;
  const changed = patchMethodSetting(
    known ?? stage.methodSettings['*/*'] ?? newMethodSetting(),
    tokens.slice(-2).join('/'),
    value,
  );
  if (changed) stage.methodSettings = { ...stage.methodSettings, [key]: changed };
  return changed !== undefined;
}

const unknownPath = (path: string): Error =>
  badRequest(`Invalid method setting path: ${path}. Must be one of: [${METHOD_SETTING_PATHS}]`);

const OPERATIONS: readonly string[] = ['add', 'remove', 'replace', 'copy'];

/** Changes `stage` in place. `deployments`: the ids that exist in the API. */
export function updateStage(
  stage: RestStage,
  operations: readonly PatchOperation[],
  deployments: ReadonlySet<string>,
  now: number,
): void {
  requirePaths(operations);
  for (const operation of operations) {
    if (!OPERATIONS.includes(operation.op)) {
      throw badRequest(`Invalid patch operation specified. Must be one of: [${OPERATIONS.join(', ')}]`);
    }
    if (operation.op === 'copy') promote(stage, operation);
    else if (operation.op === 'remove' && !operation.path.startsWith('/accessLogSettings/'))
      remove(stage, operation.path);
    else replace(stage, operation, deployments);
  }
  stage.lastUpdatedDate = now;
}

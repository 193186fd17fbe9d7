/** Rules of usage plans (API reference, "UsagePlan"). Which keys a plan has is no part of its document. */
import { badRequest, notFound } from '../fault';
import type { PatchOperation } from '../patch/operation';
import { requireTags } from '../tags';
import type { StringMap } from './types';

export interface ThrottleSettings {
  burstLimit?: number;
  rateLimit?: number;
}

export interface ApiStage {
  apiId: string;
  stage: string;
  /** By method: `/orders/GET`. */
  throttle?: Record<string, ThrottleSettings>;
}

export interface QuotaSettings {
  limit: number;
  offset: number;
  period: string;
}

export interface UsagePlan {
  id: string;
  name: string;
  description?: string;
  apiStages: ApiStage[];
  throttle?: ThrottleSettings;
  quota?: QuotaSettings;
  productCode?: string;
  tags?: StringMap;
}

export interface CreateUsagePlanInput {
  readonly name: string;
  readonly description?: string;
  readonly apiStages?: readonly Partial<ApiStage>[];
  readonly throttle?: ThrottleSettings;
  readonly quota?: Partial<QuotaSettings>;
  readonly tags?: StringMap;
}

export function newUsagePlan(input: CreateUsagePlanInput, id: string): UsagePlan {
  const { name, description, tags, throttle, quota } = input;
  const plan: UsagePlan = { id, name, apiStages: [] };
  if (description) plan.description = description;
  for (const { apiId = '', stage = '', throttle: methods } of input.apiStages ?? []) {
    addStage(plan, { apiId, stage, ...(methods && { throttle: { ...methods } }) });
  }
  if (throttle) plan.throttle = { ...throttle };
  if (quota) plan.quota = { limit: NaN, offset: 0, period: '', ...quota };
  if (tags && Object.keys(tags).length > 0) {
    requireTags(tags);
    plan.tags = { ...tags };
  }
  requireSoundPlan(plan);
  return plan;
}

export function addStage(plan: UsagePlan, added: ApiStage): void {
  if (added.apiId === '' || added.stage === '') throw badRequest('Invalid API Stage specified');
  if (findStage(plan, added)) {
    throw badRequest(`API Stage ${added.apiId}:${added.stage} is already in this usage plan`);
  }
  plan.apiStages.push(added);
}

export function removeStage(plan: UsagePlan, removed: ApiStage): void {
  plan.apiStages = plan.apiStages.filter((known) => known !== stageOf(plan, removed));
}

export function stageOf(plan: UsagePlan, wanted: Pick<ApiStage, 'apiId' | 'stage'>): ApiStage {
  const found = findStage(plan, wanted);
  if (found) return found;
  throw notFound(
    `Invalid API Stage {api: ${wanted.apiId}, stage: ${wanted.stage}} specified for usageplan ${plan.id}`,
  );
}

function findStage(
  plan: UsagePlan,
  { apiId, stage }: Pick<ApiStage, 'apiId' | 'stage'>,
): ApiStage | undefined {
  return plan.apiStages.find((known) => known.apiId === apiId && known.stage === stage);
}

/** `{apiId}:{stage}`. */
export function readApiStage({ value = '' }: Pick<PatchOperation, 'value'>): ApiStage {
  const [, apiId, stage] = /^([^:]+):([^:]+)$/.exec(value) ?? [];
  if (apiId === undefined || stage === undefined) throw badRequest('Invalid API Stage specified');
  return { apiId, stage };
}

/** Holds for the plan as a whole, after a creation or all operations of a patch. */
export function requireSoundPlan(plan: UsagePlan): void {
  if (plan.name === '') throw badRequest('Usage plan name cannot be blank');
  requireLimits(plan.throttle);
  for (const { throttle = {} } of plan.apiStages) {
    if (Object.keys(throttle).length > 20) {
      throw badRequest('A usage plan can limit at most 20 methods of an API Stage');
    }
    Object.values(throttle).forEach(requireLimits);
  }
  if (plan.quota) requireQuota(plan.quota);
}

function requireLimits({ burstLimit = 0, rateLimit = 0 }: ThrottleSettings = {}): void {
  if (!Number.isInteger(burstLimit) || burstLimit < 0 || burstLimit > 2_147_483_647) {
    throw badRequest('Burst limit must be a whole number and not negative');
  }
  if (!Number.isFinite(rateLimit) || rateLimit < 0) throw badRequest('Rate limit must not be negative');
}

/** First day that a period may begin on: of a week, of a month. */
const LAST_OFFSET: Readonly<Record<string, number>> = { DAY: 0, WEEK: 6, MONTH: 27 };

function requireQuota({ limit, offset, period }: QuotaSettings): void {
  if (!Object.hasOwn(LAST_OFFSET, period)) {
    throw badRequest('Invalid quota period specified. Valid options are DAY,WEEK,MONTH');
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 2_147_483_647)
    throw badRequest('Quota limit must be a whole number greater than 0');
  const last = LAST_OFFSET[period] ?? 0;
  if (!Number.isInteger(offset) || offset < 0 || offset > last) {
    throw badRequest(`Quota offset must be between 0 and ${last} for the period ${period}`);
  }
}

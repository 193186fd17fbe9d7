/** apigateway: ApiKey, UsagePlan, UsagePlanKey and Usage. */
import { AwsError } from '@gatehouse/aws-wire';
import type { CreateApiKeyInput, CreateUsagePlanInput, PatchOperation } from '@gatehouse/catalog';
import type { ApiKeys } from '../services/api-keys';
import type { Page } from '../services/pages';
import type { Usage, UsageRequest, UsageService } from '../services/usage';
import type { UsagePlans } from '../services/usage-plans';
import { handlersOf, positionRequest, type OperationHandler, type PositionPage } from './handler';

const on = handlersOf('apigateway');

interface Patch {
  readonly patchOperations?: PatchOperation[];
}
interface KeyId {
  readonly apiKey: string;
}
interface NameQuery extends PositionPage {
  readonly nameQuery?: string;
}

function answerPage({ items, next }: Page<unknown>): object {
  return { items, position: next };
}

/** These lists take a limit below 1 for none (recorded). */
function lenient({ limit = 0, ...page }: PositionPage) {
  return positionRequest({ ...page, ...(limit > 0 && { limit }) });
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw AwsError.badRequest('API Key file must be UTF-8 text');
  }
}

export function apiKeyOperations(keys: ApiKeys): OperationHandler[] {
  return [
    on('CreateApiKey', (input: CreateApiKeyInput, caller) => keys.create(caller, input)),
    on('GetApiKey', ({ apiKey, includeValue = false }: KeyId & { includeValue?: boolean }, caller) =>
      keys.get(caller, apiKey, includeValue),
    ),
    on('GetApiKeys', async (input: NameQuery & { customerId?: string; includeValues?: boolean }, caller) => {
      const { nameQuery = '', customerId, includeValues: withValues = false, ...page } = input;
      const filter = { namePrefix: nameQuery, withValues, ...(customerId !== undefined && { customerId }) };
      return answerPage(await keys.list(caller, filter, lenient(page)));
    }),
    on('UpdateApiKey', ({ apiKey, patchOperations = [] }: KeyId & Patch, caller) =>
      keys.update(caller, apiKey, patchOperations),
    ),
    on('DeleteApiKey', ({ apiKey }: KeyId, caller) => keys.delete(caller, apiKey)),
    on('ImportApiKeys', async (input: { body: Uint8Array; failOnWarnings?: boolean }, caller) =>
      keys.import(caller, textOf(input.body), input.failOnWarnings ?? false),
    ),
  ];
}

interface PlanId {
  readonly usagePlanId: string;
}
interface PlanKeyId extends PlanId {
  readonly keyId: string;
}

export function usagePlanOperations(plans: UsagePlans): OperationHandler[] {
  return [
    on('CreateUsagePlan', (input: CreateUsagePlanInput, caller) => plans.create(caller, input)),
    on('GetUsagePlan', ({ usagePlanId }: PlanId, caller) => plans.get(caller, usagePlanId)),
    on('GetUsagePlans', async ({ keyId, ...page }: PositionPage & { keyId?: string }, caller) =>
      answerPage(await plans.list(caller, keyId, lenient(page))),
    ),
    on('UpdateUsagePlan', ({ usagePlanId, patchOperations = [] }: PlanId & Patch, caller) =>
      plans.update(caller, usagePlanId, patchOperations),
    ),
    on('DeleteUsagePlan', ({ usagePlanId }: PlanId, caller) => plans.delete(caller, usagePlanId)),
    on('CreateUsagePlanKey', ({ usagePlanId, keyId, keyType }: PlanKeyId & { keyType: string }, caller) =>
      plans.addKey(caller, usagePlanId, keyId, keyType),
    ),
    on('GetUsagePlanKey', ({ usagePlanId, keyId }: PlanKeyId, caller) =>
      plans.getKey(caller, usagePlanId, keyId),
    ),
    on('GetUsagePlanKeys', async ({ usagePlanId, nameQuery = '', ...page }: PlanId & NameQuery, caller) =>
      answerPage(await plans.listKeys(caller, usagePlanId, nameQuery, lenient(page))),
    ),
    on('DeleteUsagePlanKey', ({ usagePlanId, keyId }: PlanKeyId, caller) =>
      plans.removeKey(caller, usagePlanId, keyId),
    ),
  ];
}

function answerUsage({ next, ...usage }: Usage): object {
  return { ...usage, position: next };
}

export function usageOperations(usage: UsageService): OperationHandler[] {
  return [
    on('GetUsage', async ({ position, limit, ...asked }: UsageRequest & PositionPage, caller) => {
      const page = lenient({ ...(position && { position }), ...(limit && { limit }) });
      return answerUsage(await usage.get(caller, asked, page));
    }),
    on('UpdateUsage', async ({ usagePlanId, keyId, patchOperations = [] }: PlanKeyId & Patch, caller) =>
      answerUsage(await usage.update(caller, usagePlanId, keyId, patchOperations)),
    ),
  ];
}

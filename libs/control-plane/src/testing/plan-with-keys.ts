/** A usage plan with a quota, for specs. */
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
} from '@aws-sdk/client-api-gateway';
import type { AdminUnderTest } from './admin';
import { mockApi } from './mock-api';

/** `keys` keys, enabled, in a plan for stage `dev` of an API of their own; default: 100 calls a month. */
export async function planWithKeys(
  admin: AdminUnderTest,
  keys: number,
  quota = { limit: 100, period: 'MONTH', offset: 0 } as const,
) {
  const { restApiId } = await mockApi(admin);
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  const { id: usagePlanId = '' } = await admin.rest.send(
    new CreateUsagePlanCommand({ name: 'p', apiStages: [{ apiId: restApiId, stage: 'dev' }], quota }),
  );
  const keyIds: string[] = [];
  for (let i = 0; i < keys; i++) {
    const { id: keyId = '' } = await admin.rest.send(
      new CreateApiKeyCommand({ name: `k${i}`, enabled: true }),
    );
    await admin.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
    keyIds.push(keyId);
  }
  return { restApiId, usagePlanId, keyIds };
}

// Leaves a key so many calls in the current period: arguments are the ids of the usage plan and of the key, and the calls.
import { APIGatewayClient, UpdateUsageCommand } from '@aws-sdk/client-api-gateway';

const [usagePlanId, keyId, value] = process.argv.slice(2);
await new APIGatewayClient().send(
  new UpdateUsageCommand({
    usagePlanId,
    keyId,
    patchOperations: [{ op: 'replace', path: '/remaining', value }],
  }),
);

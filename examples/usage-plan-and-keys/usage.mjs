// Prints what a key has used today, and what is left of its quota: arguments are the ids of the usage plan and of the key.
import { APIGatewayClient, GetUsageCommand } from '@aws-sdk/client-api-gateway';

const [usagePlanId, keyId] = process.argv.slice(2);
const today = new Date().toISOString().slice(0, 10);
const { items } = await new APIGatewayClient().send(
  new GetUsageCommand({ usagePlanId, keyId, startDate: today, endDate: today }),
);
const [[used, remaining]] = items[keyId];
console.log(`${used} used, ${remaining} left`);

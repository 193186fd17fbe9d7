// Makes a REST API in front of the origin given as the argument, and a usage plan with a throttle, a monthly quota and two keys.
// Prints the path, the id of the plan, and of each key its id and its value.
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';

const origin = process.argv[2];
const rest = new APIGatewayClient();

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'quotes' }));
const method = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
await rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE', apiKeyRequired: true }));
await rest.send(
  new PutIntegrationCommand({ ...method, type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: origin }),
);
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

const { id: usagePlanId } = await rest.send(
  new CreateUsagePlanCommand({
    name: 'small',
    apiStages: [{ apiId: restApiId, stage: 'dev' }],
    throttle: { rateLimit: 20, burstLimit: 10 },
    quota: { limit: 40, period: 'MONTH' },
  }),
);
console.log(`/_aws/execute-api/${restApiId}/dev`);
console.log(usagePlanId);
for (const name of ['ann', 'bob']) {
  const { id: keyId, value } = await rest.send(new CreateApiKeyCommand({ name, enabled: true }));
  await rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  console.log(keyId);
  console.log(value);
}

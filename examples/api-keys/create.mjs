// Makes a REST API in front of the origin given as the argument that wants an API key, and prints its path and a key.
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';

const origin = process.argv[2];
const rest = new APIGatewayClient();

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'weather' }));
const { id: resourceId } = await rest.send(
  new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'weather' }),
);
const method = { restApiId, resourceId, httpMethod: 'GET' };
await rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE', apiKeyRequired: true }));
await rest.send(
  new PutIntegrationCommand({
    ...method,
    type: 'HTTP_PROXY',
    integrationHttpMethod: 'GET',
    uri: `${origin}/weather`,
  }),
);
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

const { id: usagePlanId } = await rest.send(
  new CreateUsagePlanCommand({ name: 'subscribers', apiStages: [{ apiId: restApiId, stage: 'dev' }] }),
);
const { id: keyId, value } = await rest.send(new CreateApiKeyCommand({ name: 'subscriber', enabled: true }));
await rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
console.log(`/_aws/execute-api/${restApiId}/dev/weather`);
console.log(value);

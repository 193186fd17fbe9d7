// Puts price-book.json into the account's price book, and makes a REST API in front of the origin given as the argument that wants
// the key of a subscriber. Prints the path, and the values of the two subscribers' keys.
import { readFile } from 'node:fs/promises';
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
import { signedFetch } from '../signed-fetch.mjs';

const origin = process.argv[2];
const rest = new APIGatewayClient();

const body = await readFile(new URL('price-book.json', import.meta.url), 'utf8');
const address = `${process.env.AWS_ENDPOINT_URL}/admin/v1/price-book`;
const put = await signedFetch('apigateway', address, { method: 'PUT', body });
if (!put.ok) throw new Error(await put.text());

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'news' }));
const method = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
await rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE', apiKeyRequired: true }));
await rest.send(
  new PutIntegrationCommand({ ...method, type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: origin }),
);
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

const { id: usagePlanId } = await rest.send(
  new CreateUsagePlanCommand({ name: 'subscribers', apiStages: [{ apiId: restApiId, stage: 'dev' }] }),
);
console.log(`/_aws/execute-api/${restApiId}/dev`);
for (const name of ['ann', 'bob']) {
  const { id: keyId, value } = await rest.send(new CreateApiKeyCommand({ name, enabled: true }));
  await rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  console.log(value);
}

// Makes a REST API with AWS_IAM in front of the origin given as the argument, and a user who may read there and no more.
// Prints the path, and the access key as environment variables.
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { signedFetch } from '../signed-fetch.mjs';

const origin = process.argv[2];
const rest = new APIGatewayClient();

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'ledger' }));
const { id: resourceId } = await rest.send(
  new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'ledger' }),
);
for (const httpMethod of ['GET', 'POST']) {
  const method = { restApiId, resourceId, httpMethod };
  await rest.send(new PutMethodCommand({ ...method, authorizationType: 'AWS_IAM' }));
  await rest.send(
    new PutIntegrationCommand({
      ...method,
      type: 'HTTP_PROXY',
      integrationHttpMethod: httpMethod,
      uri: `${origin}/ledger`,
      requestParameters: { 'integration.request.header.x-caller': 'context.identity.userArn' },
    }),
  );
}
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

async function users(method, path, body) {
  const address = `${process.env.AWS_ENDPOINT_URL}/admin/v1/users${path}`;
  const answer = await signedFetch('apigateway', address, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

const name = `reader-of-${restApiId}`;
await users('POST', '', { name });
await users('PUT', `/${name}/policies/read`, {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'execute-api:Invoke',
      Resource: `arn:aws:execute-api:*:*:${restApiId}/dev/GET/ledger`,
    },
  ],
});
const { accessKeyId, secretAccessKey } = await (await users('POST', `/${name}/access-keys`)).json();
console.log(`/_aws/execute-api/${restApiId}/dev/ledger`);
console.log(`AWS_ACCESS_KEY_ID=${accessKeyId}`);
console.log(`AWS_SECRET_ACCESS_KEY=${secretAccessKey}`);

// Makes a REST API in front of the origin given as the argument whose callers a function looks at, and prints its path.
import {
  APIGatewayClient,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { allowApi, createFunction, invocationUri } from '../functions.mjs';

const origin = process.argv[2];
const rest = new APIGatewayClient();

const functionArn = await createFunction('token-authorizer', new URL('authorizer', import.meta.url));
const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'notes' }));
const { id: authorizerId } = await rest.send(
  new CreateAuthorizerCommand({
    restApiId,
    name: 'tokens',
    type: 'TOKEN',
    authorizerUri: invocationUri(functionArn),
    identitySource: 'method.request.header.Authorization',
    identityValidationExpression: '[a-z]+-token',
    authorizerResultTtlInSeconds: 300,
  }),
);
await allowApi(functionArn, restApiId);

const { id: resourceId } = await rest.send(
  new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'notes' }),
);
for (const httpMethod of ['GET', 'DELETE']) {
  const method = { restApiId, resourceId, httpMethod };
  await rest.send(new PutMethodCommand({ ...method, authorizationType: 'CUSTOM', authorizerId }));
  await rest.send(
    new PutIntegrationCommand({
      ...method,
      type: 'HTTP_PROXY',
      integrationHttpMethod: httpMethod,
      uri: `${origin}/notes`,
      requestParameters: {
        'integration.request.header.x-user': 'context.authorizer.principalId',
        'integration.request.header.x-may-delete': 'context.authorizer.mayDelete',
      },
    }),
  );
}
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
console.log(`/_aws/execute-api/${restApiId}/dev/notes`);

// Makes a function, a REST API and an HTTP API that answer with it, and prints a path of each.
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { allowApi, createFunction, invocationUri } from '../functions.mjs';

const functionArn = await createFunction('lambda-proxy', new URL('function', import.meta.url));
const rest = new APIGatewayClient();
const http = new ApiGatewayV2Client();

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'lambda-proxy' }));
const { id: resourceId } = await rest.send(
  new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: '{name}' }),
);
const method = { restApiId, resourceId, httpMethod: 'ANY' };
await rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
await rest.send(
  new PutIntegrationCommand({
    ...method,
    type: 'AWS_PROXY',
    integrationHttpMethod: 'POST',
    uri: invocationUri(functionArn),
  }),
);
await allowApi(functionArn, restApiId);
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
console.log(`/_aws/execute-api/${restApiId}/dev/ann`);

const { ApiId } = await http.send(new CreateApiCommand({ Name: 'lambda-proxy', ProtocolType: 'HTTP' }));
const { IntegrationId } = await http.send(
  new CreateIntegrationCommand({
    ApiId,
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: functionArn,
    PayloadFormatVersion: '2.0',
  }),
);
const Target = `integrations/${IntegrationId}`;
await http.send(new CreateRouteCommand({ ApiId, RouteKey: 'ANY /{name}', Target }));
await allowApi(functionArn, ApiId);
await http.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
console.log(`/_aws/execute-api/${ApiId}/ann`);

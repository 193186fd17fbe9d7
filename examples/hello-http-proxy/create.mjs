// Makes an HTTP API and a REST API in front of the origin given as the argument, and prints a path of each.
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2';

const origin = process.argv[2];
const http = new ApiGatewayV2Client();
const rest = new APIGatewayClient();

const { ApiId } = await http.send(
  new CreateApiCommand({ Name: 'hello', ProtocolType: 'HTTP', Target: origin }),
);
console.log(`/_aws/execute-api/${ApiId}/hello`);

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'hello' }));
const { id: resourceId } = await rest.send(
  new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: '{proxy+}' }),
);
const method = { restApiId, resourceId, httpMethod: 'ANY' };
await rest.send(
  new PutMethodCommand({
    ...method,
    authorizationType: 'NONE',
    requestParameters: { 'method.request.path.proxy': true },
  }),
);
await rest.send(
  new PutIntegrationCommand({
    ...method,
    type: 'HTTP_PROXY',
    integrationHttpMethod: 'ANY',
    uri: `${origin}/{proxy}`,
    requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
  }),
);
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
console.log(`/_aws/execute-api/${restApiId}/dev/hello`);

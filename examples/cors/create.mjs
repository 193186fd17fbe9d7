// Makes a REST API and an HTTP API that let the given web origin in, and prints a path of each.
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2';

const [origin, webOrigin] = process.argv.slice(2);
const rest = new APIGatewayClient();
const http = new ApiGatewayV2Client();

const { id: restApiId, rootResourceId: resourceId } = await rest.send(
  new CreateRestApiCommand({ name: 'cors' }),
);
const preflight = { restApiId, resourceId, httpMethod: 'OPTIONS' };
const headers = {
  'Access-Control-Allow-Origin': `'${webOrigin}'`,
  'Access-Control-Allow-Methods': "'GET,OPTIONS'",
  'Access-Control-Allow-Headers': "'Content-Type,Authorization'",
};
const named = (value) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [`method.response.header.${name}`, value(text)]),
  );

await rest.send(new PutMethodCommand({ ...preflight, authorizationType: 'NONE' }));
await rest.send(
  new PutIntegrationCommand({
    ...preflight,
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
  }),
);
await rest.send(
  new PutMethodResponseCommand({ ...preflight, statusCode: '200', responseParameters: named(() => false) }),
);
await rest.send(
  new PutIntegrationResponseCommand({
    ...preflight,
    statusCode: '200',
    responseParameters: named((text) => text),
  }),
);
const get = { restApiId, resourceId, httpMethod: 'GET' };
await rest.send(new PutMethodCommand({ ...get, authorizationType: 'NONE' }));
await rest.send(
  new PutIntegrationCommand({ ...get, type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: origin }),
);
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
console.log(`/_aws/execute-api/${restApiId}/dev`);

const { ApiId } = await http.send(
  new CreateApiCommand({
    Name: 'cors',
    ProtocolType: 'HTTP',
    Target: origin,
    CorsConfiguration: {
      AllowOrigins: [webOrigin],
      AllowMethods: ['GET'],
      AllowHeaders: ['authorization'],
      MaxAge: 300,
    },
  }),
);
console.log(`/_aws/execute-api/${ApiId}/hello`);

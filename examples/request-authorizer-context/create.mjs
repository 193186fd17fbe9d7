// Makes an HTTP API in front of the origin given as the argument, whose tenants a function looks at, and prints its path.
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { allowApi, createFunction, invocationUri } from '../functions.mjs';

const origin = process.argv[2];
const http = new ApiGatewayV2Client();

const functionArn = await createFunction('tenant-authorizer', new URL('authorizer', import.meta.url));
const { ApiId } = await http.send(new CreateApiCommand({ Name: 'tenants', ProtocolType: 'HTTP' }));
const { AuthorizerId } = await http.send(
  new CreateAuthorizerCommand({
    ApiId,
    Name: 'tenants',
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invocationUri(functionArn),
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: true,
    IdentitySource: ['$request.header.X-Tenant-Key', '$request.querystring.tenant'],
    AuthorizerResultTtlInSeconds: 60,
  }),
);
await allowApi(functionArn, ApiId);
const { IntegrationId } = await http.send(
  new CreateIntegrationCommand({
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'GET',
    IntegrationUri: `${origin}/report`,
    PayloadFormatVersion: '1.0',
    RequestParameters: {
      'overwrite:header.x-tenant': '$context.authorizer.tenant',
      'overwrite:header.x-plan': '$context.authorizer.plan',
      'remove:header.x-tenant-key': "''",
    },
  }),
);
await http.send(
  new CreateRouteCommand({
    ApiId,
    RouteKey: 'GET /report',
    Target: `integrations/${IntegrationId}`,
    AuthorizationType: 'CUSTOM',
    AuthorizerId,
  }),
);
await http.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
console.log(`/_aws/execute-api/${ApiId}/report`);

// Makes an HTTP API whose callers need a token of the issuer, the first argument; the second is the origin. Prints its path.
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';

const [issuer, origin] = process.argv.slice(2);
const http = new ApiGatewayV2Client();

const { ApiId } = await http.send(new CreateApiCommand({ Name: 'books', ProtocolType: 'HTTP' }));
const { AuthorizerId } = await http.send(
  new CreateAuthorizerCommand({
    ApiId,
    Name: 'issuer',
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: issuer, Audience: ['books'] },
  }),
);
const { IntegrationId } = await http.send(
  new CreateIntegrationCommand({
    ApiId,
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'ANY',
    IntegrationUri: `${origin}/books`,
    PayloadFormatVersion: '1.0',
    RequestParameters: { 'overwrite:header.x-user': '$context.authorizer.claims.sub' },
  }),
);
const access = { ApiId, Target: `integrations/${IntegrationId}`, AuthorizationType: 'JWT', AuthorizerId };
await http.send(
  new CreateRouteCommand({ ...access, RouteKey: 'GET /books', AuthorizationScopes: ['books:read'] }),
);
await http.send(
  new CreateRouteCommand({ ...access, RouteKey: 'POST /books', AuthorizationScopes: ['books:write'] }),
);
await http.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
console.log(`/_aws/execute-api/${ApiId}/books`);

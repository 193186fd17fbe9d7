// Makes a REST API in front of the origin given as the argument, deploys it, and lets a tenth of its calls try a second deployment.
// Prints its path and what `promote.mjs` wants to know.
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';

const origin = process.argv[2];
const rest = new APIGatewayClient();

const { id: restApiId, rootResourceId } = await rest.send(new CreateRestApiCommand({ name: 'shop' }));
const method = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
await rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));

const integrate = (version) =>
  rest.send(
    new PutIntegrationCommand({
      ...method,
      type: 'HTTP_PROXY',
      integrationHttpMethod: 'GET',
      uri: `${origin}/${version}/\${stageVariables.color}`,
    }),
  );

await integrate('v1');
await rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev', variables: { color: 'blue' } }));
await integrate('v2');
await rest.send(
  new CreateDeploymentCommand({
    restApiId,
    stageName: 'dev',
    canarySettings: { percentTraffic: 10, stageVariableOverrides: { color: 'green' } },
  }),
);
console.log(`/_aws/execute-api/${restApiId}/dev`);
console.log(restApiId);

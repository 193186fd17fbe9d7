// Makes a REST API whose stage keeps answers of GET for a minute, one for each value of `page`, and prints the path to it and the
// id of the API.
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';

const [origin] = process.argv.slice(2);
const client = new APIGatewayClient();
const page = 'method.request.querystring.page';

const { id: restApiId, rootResourceId: resourceId } = await client.send(
  new CreateRestApiCommand({ name: 'response-cache' }),
);
const key = { restApiId, resourceId, httpMethod: 'GET' };
await client.send(
  new PutMethodCommand({ ...key, authorizationType: 'NONE', requestParameters: { [page]: false } }),
);
await client.send(
  new PutIntegrationCommand({
    ...key,
    type: 'HTTP_PROXY',
    integrationHttpMethod: 'GET',
    uri: origin,
    cacheKeyParameters: [page],
  }),
);
await client.send(
  new CreateDeploymentCommand({
    restApiId,
    stageName: 'dev',
    cacheClusterEnabled: true,
    cacheClusterSize: '0.5',
  }),
);
const replace = (path, value) => ({ op: 'replace', path, value });
await client.send(
  new UpdateStageCommand({
    restApiId,
    stageName: 'dev',
    patchOperations: [
      replace('/*/*/caching/enabled', 'true'),
      replace('/*/*/caching/ttlInSeconds', '60'),
      replace('/*/*/caching/requireAuthorizationForCacheControl', 'true'),
      replace('/*/*/caching/unauthorizedCacheControlHeaderStrategy', 'FAIL_WITH_403'),
      replace('/*/*/throttling/rateLimit', '-1'),
      replace('/*/*/throttling/burstLimit', '-1'),
    ],
  }),
);
console.log(`/_aws/execute-api/${restApiId}/dev`);
console.log(restApiId);

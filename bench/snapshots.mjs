// What the gateway is told to serve: APIs whose every route is a proxy to an origin.
import { API_ID } from './traffic.mjs';

const STAGE = 'prod';
/** The JSON example of AWS's developer guide ("Set up API logging using the API Gateway console"). */
const LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  caller: '$context.identity.caller',
  user: '$context.identity.user',
  requestTime: '$context.requestTime',
  httpMethod: '$context.httpMethod',
  resourcePath: '$context.resourcePath',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
});

/** What stands before the path of a request, by kind of API. */
export const PREFIX = { REST: `/${STAGE}`, HTTP: '' };

const base = (kind, routes) => ({
  schema: 1,
  requires: [],
  accountId: '000000000000',
  region: 'us-east-1',
  apiId: API_ID,
  apiName: API_ID,
  kind,
  stage: kind === 'REST' ? STAGE : '$default',
  deploymentId: 'd1',
  stageVariables: {},
  disableExecuteApiEndpoint: false,
  binaryMediaTypes: [],
  routes,
});

const route = (method, path, uri, requestParameters = {}) => ({
  id: `${method}${path}`,
  method,
  path,
  key: `${method} ${path}`,
  authorization: { type: 'NONE' },
  apiKeyRequired: false,
  integration: {
    type: 'HTTP_PROXY',
    uri,
    method,
    timeoutMs: 29_000,
    tlsInsecureSkipVerification: false,
    requestParameters,
    requestTemplates: {},
    passthroughBehavior: 'WHEN_NO_MATCH',
    responses: [],
    responseParameters: {},
  },
});

/** As the console makes a proxy resource: `{proxy+}`, its value mapped into the endpoint's path. */
export function restProxy(originPort, { accessLog = false } = {}) {
  const mapping = { 'integration.request.path.proxy': 'method.request.path.proxy' };
  const uri = `http://127.0.0.1:${originPort}/{proxy}`;
  const routes = ['GET', 'POST'].map((method) => route(method, '/{proxy+}', uri, mapping));
  return { ...base('REST', routes), ...(accessLog && { accessLog: { format: LOG_FORMAT } }) };
}

export function httpProxy(originPort) {
  const uri = `http://127.0.0.1:${originPort}/{proxy}`;
  return base(
    'HTTP',
    ['GET', 'POST'].map((method) => route(method, '/{proxy+}', uri)),
  );
}

/** A REST API that answers by itself: `GET /mock`. */
export function restMock() {
  const template = { 'application/json': '{"statusCode": 200}' };
  const integration = {
    type: 'MOCK',
    requestTemplates: template,
    passthroughBehavior: 'WHEN_NO_MATCH',
    responses: [{ statusCode: '200', responseParameters: {}, responseTemplates: {} }],
  };
  return base('REST', [{ ...route('GET', '/mock', ''), integration }]);
}

/** A REST API with one literal route for each URI: `/r0`, `/r1`, ... */
export function restRoutes(uris, deploymentId = 'd1') {
  return {
    ...base(
      'REST',
      uris.map((uri, i) => route('GET', `/r${i}`, uri)),
    ),
    deploymentId,
  };
}

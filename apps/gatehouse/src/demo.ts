/**
 * The demo of the first start: an HTTP API and a REST API in front of the built-in echo origin, made through the public
 * API like anyone's. Their origin is a stage variable, so a later start on another port changes nothing but that.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writePrivateFile, type EchoOrigin } from '@gatehouse/platform';

export interface Demo {
  readonly httpApiId: string;
  readonly restApiId: string;
  readonly restStage: string;
  readonly originUrl: string;
}

export interface DemoOptions {
  readonly adminUrl: string;
  readonly tokenFile: string;
  readonly stateFile: string;
  /** Starts the echo origin at `port`, or at any free one when that is taken. */
  readonly startOrigin: (port: number) => Promise<EchoOrigin>;
}

interface DemoState {
  readonly httpApiId: string;
  readonly restApiId: string;
  readonly originPort: number;
}

const STAGE = 'demo';
/** The README's commands name it; any other port does when it is taken. */
const ORIGIN_PORT = 8081;
const ACCESS_LOG =
  '{"requestId":"$context.requestId","api":"$context.apiId","ip":"$context.identity.sourceIp","time":"$context.requestTime","method":"$context.httpMethod","path":"$context.path","status":$context.status,"bytes":$context.responseLength}';

export async function ensureDemo(options: DemoOptions): Promise<Demo> {
  const known = existsSync(options.stateFile)
    ? (JSON.parse(readFileSync(options.stateFile, 'utf8')) as DemoState)
    : undefined;
  const origin = await options.startOrigin(known?.originPort ?? ORIGIN_PORT);
  const host = `${origin.address.host}:${origin.address.port}`;
  const call = caller(options.adminUrl, readFileSync(options.tokenFile, 'utf8').trim());
  const ids = known ?? {
    httpApiId: await createHttpDemo(call, host),
    restApiId: await createRestDemo(call, host),
  };
  if (known && known.originPort !== origin.address.port) await moveOrigin(call, known, host);
  const state: DemoState = {
    httpApiId: ids.httpApiId,
    restApiId: ids.restApiId,
    originPort: origin.address.port,
  };
  writePrivateFile(options.stateFile, JSON.stringify(state));
  return { ...ids, restStage: STAGE, originUrl: `http://${host}` };
}

type Call = (method: string, path: string, body?: object) => Promise<Record<string, string>>;

function caller(adminUrl: string, token: string): Call {
  return async (method, path, body) => {
    const answer = await fetch(`${adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(`the demo could not be made: ${method} ${path} answered ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, string>);
  };
}

async function createHttpDemo(call: Call, origin: string): Promise<string> {
  const { apiId = '' } = await call('POST', '/v2/apis', { name: 'demo-http', protocolType: 'HTTP' });
  const { integrationId = '' } = await call('POST', `/v2/apis/${apiId}/integrations`, {
    integrationType: 'HTTP_PROXY',
    integrationMethod: 'ANY',
    integrationUri: 'http://${stageVariables.origin}',
    payloadFormatVersion: '1.0',
  });
  await call('POST', `/v2/apis/${apiId}/routes`, {
    routeKey: '$default',
    target: `integrations/${integrationId}`,
  });
  await call('POST', `/v2/apis/${apiId}/stages`, {
    stageName: '$default',
    autoDeploy: true,
    stageVariables: { origin },
    accessLogSettings: { format: ACCESS_LOG },
  });
  return apiId;
}

async function createRestDemo(call: Call, origin: string): Promise<string> {
  const { id: apiId = '', rootResourceId = '' } = await call('POST', '/restapis', {
    name: 'demo-rest',
    endpointConfiguration: { types: ['REGIONAL'] },
  });
  const api = `/restapis/${apiId}`;
  const { id: proxyId = '' } = await call('POST', `${api}/resources/${rootResourceId}`, {
    pathPart: '{proxy+}',
  });
  await proxyMethod(call, `${api}/resources/${rootResourceId}`, 'http://${stageVariables.origin}/', {}, {});
  await proxyMethod(
    call,
    `${api}/resources/${proxyId}`,
    'http://${stageVariables.origin}/{proxy}',
    { 'method.request.path.proxy': true },
    { 'integration.request.path.proxy': 'method.request.path.proxy' },
  );
  await call('POST', `${api}/deployments`, { stageName: STAGE, variables: { origin } });
  await call('PATCH', `${api}/stages/${STAGE}`, {
    patchOperations: [{ op: 'replace', path: '/accessLogSettings/format', value: ACCESS_LOG }],
  });
  return apiId;
}

async function proxyMethod(
  call: Call,
  resource: string,
  uri: string,
  declared: Record<string, boolean>,
  mapped: Record<string, string>,
): Promise<void> {
  await call('PUT', `${resource}/methods/ANY`, { authorizationType: 'NONE', requestParameters: declared });
  await call('PUT', `${resource}/methods/ANY/integration`, {
    type: 'HTTP_PROXY',
    httpMethod: 'ANY',
    uri,
    requestParameters: mapped,
  });
}

/** The user may have deleted a demo API meanwhile; that is no fault of the start. */
async function moveOrigin(call: Call, { httpApiId, restApiId }: DemoState, origin: string): Promise<void> {
  const ignore = (): undefined => undefined;
  await call('PATCH', `/v2/apis/${httpApiId}/stages/%24default`, { stageVariables: { origin } }).catch(
    ignore,
  );
  await call('PATCH', `/restapis/${restApiId}/stages/${STAGE}`, {
    patchOperations: [{ op: 'replace', path: '/variables/origin', value: origin }],
  }).catch(ignore);
}

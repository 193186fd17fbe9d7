/** Who may call the Lambda API, and what the gateway may call with it. */
import type { CallOptions, Reply } from './testing/signed-client';
import { GATEWAY, startTestHost, type TestHost } from './testing/test-host';

jest.setTimeout(60_000);

const V1 = '/2015-03-31/functions';
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const version = (text: string) => ({ 'index.js': `exports.handler = async () => ${JSON.stringify(text)};` });
const refusal = ({ status, headers, json }: Reply) => [status, headers['x-amzn-errortype'], json];

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost();
});
afterAll(() => host.stop());

describe('permissions', () => {
  const source = 'arn:aws:execute-api:us-east-1:000000000000:api1/*/GET/pets';
  const permission = {
    StatementId: 's1',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: source,
  };
  const asGateway = (arn?: string): CallOptions => ({
    key: GATEWAY,
    ...(arn !== undefined && { headers: { 'x-gatehouse-source-arn': arn } }),
  });
  const called = 'arn:aws:execute-api:us-east-1:000000000000:api1/dev/GET/pets';

  it('are statements that can be added once, read and taken back', async () => {
    await host.create('p', version('one'));
    expect(refusal(await host.call('GET', `${V1}/p/policy`))).toEqual([
      404,
      'ResourceNotFoundException',
      { Type: 'User', Message: 'The resource you requested does not exist.' },
    ]);
    const added = await host.call('POST', `${V1}/p/policy`, permission);
    const statement = {
      Sid: 's1',
      Effect: 'Allow',
      Principal: { Service: 'apigateway.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arnOf('p'),
      Condition: { ArnLike: { 'AWS:SourceArn': source } },
    };
    expect([added.status, JSON.parse(String(added.json.Statement))]).toEqual([201, statement]);
    const again = await host.call('POST', `${V1}/p/policy`, permission);
    expect([again.status, again.json.message]).toEqual([
      409,
      'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ]);
    const { json } = await host.call('GET', `${V1}/p/policy`);
    expect(JSON.parse(String(json.Policy))).toEqual({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [statement],
    });
    expect(
      (await host.call('DELETE', `${V1}/p/policy/s1?RevisionId=${String(json.RevisionId)}`)).status,
    ).toBe(204);
    expect((await host.call('DELETE', `${V1}/p/policy/s1`)).status).toBe(404);
  });

  it('decide what the gateway may call, and for what; the owner needs none', async () => {
    await host.create('guarded', version('one'), { Publish: true });
    expect((await host.invoke('guarded', {})).status).toBe(200);
    const denied = await host.invoke('guarded', {}, asGateway(called));
    expect([denied.status, denied.headers['x-amzn-errortype'], denied.json.message]).toEqual([
      403,
      'AccessDeniedException',
      expect.stringContaining(
        `User: apigateway.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: ${arnOf('guarded')}`,
      ),
    ]);
    await host.call('POST', `${V1}/guarded/policy`, permission);
    expect((await host.invoke(arnOf('guarded'), {}, asGateway(called))).json).toBe('one');
    for (const wrong of [asGateway(called.replace('GET', 'POST')), asGateway(called.replace('api1', 'api2'))])
      expect((await host.invoke('guarded', {}, wrong)).status).toBe(403);
    // Whose key signs makes no difference; without a source the account itself calls, as for an integration with a role.
    const forOther = { headers: { 'x-gatehouse-source-arn': called.replace('api1', 'api2') } };
    expect((await host.invoke('guarded', {}, forOther)).status).toBe(403);
    expect((await host.invoke('guarded', {}, asGateway())).status).toBe(200);
    // The statement is the function's own, not its version's.
    expect((await host.invoke(`${arnOf('guarded')}:1`, {}, asGateway(called))).status).toBe(403);
    await host.call('POST', `${V1}/guarded/policy?Qualifier=1`, permission);
    expect((await host.invoke(`${arnOf('guarded')}:1`, {}, asGateway(called))).status).toBe(200);
  });

  it('take the source from a signed header only', async () => {
    const unsigned = { key: GATEWAY, unsigned: { 'x-gatehouse-source-arn': called } };
    expect((await host.invoke('guarded', {}, unsigned)).status).toBe(403);
  });
});

describe('who calls', () => {
  it('must sign with a known key, for this service and this body', async () => {
    const list = (options: Parameters<TestHost['call']>[3]) => host.call('GET', V1, undefined, options);
    expect((await list({})).status).toBe(200);
    const forged = await list({ key: { accessKeyId: 'AKIAOWNER', secret: 'guessed' } });
    expect([forged.status, forged.headers['x-amzn-errortype']]).toEqual([403, 'InvalidSignatureException']);
    const elsewhere = await list({ service: 'apigateway' });
    expect([elsewhere.status, elsewhere.headers['x-amzn-errortype']]).toEqual([
      403,
      'InvalidSignatureException',
    ]);
    const unknown = await list({ key: { accessKeyId: 'AKIANOBODY', secret: 'x' } });
    expect([unknown.status, unknown.headers['x-amzn-errortype']]).toEqual([
      403,
      'UnrecognizedClientException',
    ]);
    const bare = await fetch(`http://127.0.0.1:${host.host.address.port}${V1}`);
    expect([bare.status, bare.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
  });

  it('must come by a Host that is served, and not from a page', async () => {
    const call = (headers: Record<string, string>) => host.call('GET', V1, undefined, { headers });
    expect((await call({ host: 'evil.example' })).status).toBe(403);
    expect((await call({ host: 'localhost' })).status).toBe(200);
    expect((await call({ origin: 'http://127.0.0.1' })).status).toBe(403);
  });

  it('and is unknown sends at most 64 KB', async () => {
    const stranger = { key: { accessKeyId: 'AKIANOBODY', secret: 'x' } };
    expect((await host.call('POST', V1, Buffer.alloc(70_000, 32), stranger)).status).toBe(413);
  });
});

it('the gateway’s key calls functions and does nothing else', async () => {
  const reply = await host.call('GET', V1, undefined, { key: GATEWAY });
  expect(reply.status).toBe(403);
});

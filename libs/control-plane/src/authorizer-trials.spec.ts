/** TestInvokeAuthorizer through the unmodified SDK, with an authorizer by URL. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateAuthorizerCommand, TestInvokeAuthorizerCommand } from '@aws-sdk/client-api-gateway';
import { startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
let server: Server;
/** What the authorizer is sent, and what it answers. */
let events: Record<string, unknown>[];
let answer: unknown;

beforeAll(async () => {
  admin = await startAdmin();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      events.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await admin.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => (events = []));

const policyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: '*' }],
};

async function tried(
  members: Partial<ConstructorParameters<typeof CreateAuthorizerCommand>[0]>,
  input: Partial<ConstructorParameters<typeof TestInvokeAuthorizerCommand>[0]>,
) {
  const { restApiId } = await mockApi(admin);
  const { id: authorizerId = '' } = await admin.rest.send(
    new CreateAuthorizerCommand({
      restApiId,
      name: 'a',
      type: 'TOKEN',
      identitySource: 'method.request.header.Authorization',
      authorizerUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/authorize`,
      ...members,
    }),
  );
  const command = new TestInvokeAuthorizerCommand({ restApiId, authorizerId, ...input });
  return { restApiId, said: await admin.rest.send(command) };
}

describe('TestInvokeAuthorizer', () => {
  it('shows the policy, also one that denies, of an authorizer that no method names', async () => {
    answer = { principalId: 'u1', policyDocument };
    const { restApiId, said } = await tried({}, { headers: { Authorization: 'tok' } });
    expect(said).toMatchObject({
      clientStatus: 200,
      principalId: 'u1',
      policy: JSON.stringify(policyDocument),
    });
    expect(said.latency).toBeGreaterThanOrEqual(0);
    const methodArn = `arn:aws:execute-api:us-east-1:000000000000:${restApiId}/ESTestInvoke-stage/GET/`;
    expect(events).toEqual([{ type: 'TOKEN', authorizationToken: 'tok', methodArn }]);
    expect(said.log).toContain('Successfully completed authorizer execution');
    expect(said.log).not.toContain('tok ');
  });

  it('sends headers, path, query and stage variables to a REQUEST authorizer', async () => {
    answer = { principalId: 'u1', policyDocument };
    await tried(
      { type: 'REQUEST', identitySource: 'method.request.header.x,method.request.querystring.q' },
      {
        multiValueHeaders: { x: ['1', '2'] },
        pathWithQueryString: '/pets/7?q=a',
        stageVariables: { color: 'red' },
      },
    );
    expect(events).toMatchObject([
      {
        path: '/pets/7',
        multiValueHeaders: { x: ['1', '2'] },
        queryStringParameters: { q: 'a' },
        stageVariables: { color: 'red' },
      },
    ]);
  });

  it('calls nobody without an identity: 401', async () => {
    const { said } = await tried({}, {});
    expect([said.clientStatus, said.policy, events]).toEqual([401, undefined, []]);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'nope'],
    ['a policy that is none', { principalId: 'u', policyDocument: { Statement: 'Allow' } }],
  ])('shows no policy where the answer is %s: 500', async (_name, wrong) => {
    answer = wrong;
    const { said } = await tried({}, { headers: { Authorization: 'tok' } });
    expect([said.clientStatus, said.policy, said.principalId]).toEqual([500, undefined, undefined]);
  });

  it('keeps nothing: each call asks anew', async () => {
    answer = { principalId: 'u1', policyDocument };
    const headers = { Authorization: 'tok' };
    await tried({}, { headers });
    await tried({}, { headers });
    expect(events).toHaveLength(2);
  });

  it('names an authorizer that is not there', async () => {
    const { restApiId } = await mockApi(admin);
    const command = new TestInvokeAuthorizerCommand({ restApiId, authorizerId: 'nope' });
    await expect(admin.rest.send(command)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid Authorizer identifier specified',
    });
  });
});

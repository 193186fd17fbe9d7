import { createHmac } from 'node:crypto';
import { presignSigV4, signSigV4 } from '@gatehouse/standards';
import type { PrincipalSnapshot, Snapshot } from '@gatehouse/snapshot';
import { ask, fakeWorld, gatewayOf, NOW_MS, routeOf, snapshotOf, valuesOf } from '../testing/fake-world';

const HOST = 'api1.execute-api.localhost';
const API = 'arn:aws:execute-api:eu-west-1:111122223333:api1';
const ANN = 'arn:aws:iam::111122223333:user/ann';
const MASKED = 'arn:aws:execute-api:eu-west-1:********3333:api1/prod/POST/a';

const statement = (members: object) => JSON.stringify({ Version: '2012-10-17', Statement: [members] });
const allow = (members: object = {}) =>
  statement({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*', ...members });
const deny = (members: object = {}) => statement({ Effect: 'Deny', Action: '*', Resource: '*', ...members });

const principal = (members: Partial<PrincipalSnapshot> = {}): PrincipalSnapshot => ({
  accessKeyId: 'AKIAANN',
  sealedSecret: 'access-key/AKIAANN: secret-of-ann',
  accountId: '111122223333',
  userId: 'AIDAANN',
  arn: ANN,
  policies: [allow()],
  ...members,
});

function world(members: Partial<Snapshot> = {}) {
  const fake = fakeWorld();
  fake.functionOf = () => ({});
  const route = routeOf(
    'ANY /a',
    { type: 'AWS_PROXY', ...(members.kind === 'HTTP' && { payloadFormat: '2.0' }) } as object,
    { authorization: { type: 'AWS_IAM' } },
  );
  const gateway = gatewayOf(fake, snapshotOf({ principals: [principal()], routes: [route], ...members }));
  return { fake, gateway, path: members.kind === 'HTTP' ? '/a' : '/prod/a' };
}

interface Signing {
  readonly secret?: string;
  readonly accessKeyId?: string;
  readonly region?: string;
  readonly service?: string;
  readonly at?: number;
  readonly body?: string;
  readonly sent?: string;
  readonly query?: string;
  readonly more?: readonly string[];
}

async function signedCall({ gateway, path }: ReturnType<typeof world>, signing: Signing = {}) {
  const { body = '{"a":1}', sent = body, query = '', more = [] } = signing;
  const headers = signSigV4(
    { method: 'POST', path, query, headers: new Map([['host', HOST]]), body: Buffer.from(body) },
    {
      accessKeyId: 'AKIAANN',
      secret: 'secret-of-ann',
      region: 'eu-west-1',
      service: 'execute-api',
      date: new Date(signing.at ?? NOW_MS),
      ...signing,
    },
  );
  const list = [...headers].filter(([name]) => name !== 'host').flat();
  return ask(gateway, { method: 'POST', path, query, headers: [...list, ...more], body: sent });
}

it('lets a signed call pass, with its body and who it was, and without its signature', async () => {
  const one = world();
  let event: Record<string, unknown> = {};
  one.fake.functionOf = (given) => {
    event = given as Record<string, unknown>;
    return {};
  };
  expect((await signedCall(one, { query: 'b=2&a=%201' })).status).toBe(200);
  expect(event).toMatchObject({
    body: '{"a":1}',
    requestContext: {
      identity: {
        accessKey: 'AKIAANN',
        accountId: '111122223333',
        caller: 'AIDAANN',
        user: 'AIDAANN',
        userArn: ANN,
      },
    },
  });
  expect(JSON.stringify(event)).not.toContain('AWS4-HMAC');
});

it('knows the user and the API key of one call', async () => {
  const hmac = createHmac('sha256', 's').update('key-of-ann').digest('base64url');
  const apiKeys = { salt: 's', keys: [{ hmac, keyId: 'k1', usagePlanId: 'p1' }] };
  const guarded = { authorization: { type: 'AWS_IAM' }, apiKeyRequired: true } as const;
  const one = world({ apiKeys, routes: [routeOf('ANY /a', { type: 'AWS_PROXY' }, guarded)] });
  let event: unknown;
  one.fake.functionOf = (given) => (event = given);
  await signedCall(one, { more: ['X-Api-Key', 'key-of-ann'] });
  const identity = { accessKey: 'AKIAANN', userArn: ANN, apiKey: 'key-of-ann', apiKeyId: 'k1' };
  expect(event).toMatchObject({ requestContext: { identity } });
});

it('lets a presigned call pass', async () => {
  const { gateway } = world();
  const query = presignSigV4(
    {
      method: 'GET',
      path: '/prod/a',
      query: '',
      headers: new Map([['host', HOST]]),
      body: new Uint8Array(0),
    },
    {
      accessKeyId: 'AKIAANN',
      secret: 'secret-of-ann',
      region: 'eu-west-1',
      service: 'execute-api',
      date: new Date(NOW_MS),
      expiresSeconds: 60,
    },
  );
  expect((await ask(gateway, { path: '/prod/a', query })).status).toBe(200);
});

it.each<[string, Signing, string, string]>([
  [
    'another secret',
    { secret: 'x' },
    'InvalidSignatureException',
    'does not match the signature you provided',
  ],
  ['another body', { sent: '{"a":2}' }, 'InvalidSignatureException', 'does not match'],
  [
    'an unknown key',
    { accessKeyId: 'AKIABOB' },
    'UnrecognizedClientException',
    'security token included in the request is invalid',
  ],
  ['another service', { service: 'apigateway' }, 'InvalidSignatureException', 'correct service'],
  ['another region', { region: 'us-east-1' }, 'InvalidSignatureException', 'valid region'],
  ['an old date', { at: NOW_MS - 600_000 }, 'InvalidSignatureException', 'Signature expired'],
])('refuses %s', async (_name, signing, errorType, message) => {
  const one = world();
  const { status, body, headers } = await signedCall(one, signing);
  expect([status, valuesOf(headers, 'x-amzn-errortype')]).toEqual([403, [errorType]]);
  expect((JSON.parse(body) as { message: string }).message).toContain(message);
  expect(one.fake.calls).toEqual([]);
});

it('says Missing Authentication Token where there is no signature', async () => {
  const { gateway } = world();
  const { status, body, headers } = await ask(gateway, { path: '/prod/a' });
  expect([status, body]).toEqual([403, '{"message":"Missing Authentication Token"}']);
  expect(valuesOf(headers, 'x-amzn-errortype')).toEqual(['MissingAuthenticationTokenException']);
});

it('says Forbidden on an HTTP API, whatever is wrong', async () => {
  const one = world({ kind: 'HTTP', stage: '$default' });
  for (const signing of [{ secret: 'x' }, { accessKeyId: 'AKIABOB' }]) {
    const { status, body } = await signedCall(one, signing);
    expect([status, body]).toEqual([403, '{"message":"Forbidden"}']);
  }
  expect((await signedCall(one)).status).toBe(200);
});

const otherAccount = { accountId: '999988887777', arn: 'arn:aws:iam::999988887777:user/eve' };
const forAnn = { Principal: { AWS: ANN } };
const forEve = { Principal: { AWS: otherAccount.arn } };
it.each<[string, Partial<PrincipalSnapshot>, string | undefined, number, string?]>([
  ['its own policy allows', {}, undefined, 200],
  [
    'nothing allows',
    { policies: [] },
    undefined,
    403,
    `User: ${ANN} is not authorized to perform: execute-api:Invoke on resource: ${MASKED}`,
  ],
  [
    'its own policy denies',
    { policies: [allow(), deny()] },
    undefined,
    403,
    `User: ${ANN} is not authorized to perform: execute-api:Invoke on resource: ${MASKED} with an explicit deny`,
  ],
  [
    'its own policy is for another method',
    { policies: [allow({ Resource: `${API}/prod/GET/*` })] },
    undefined,
    403,
  ],
  [
    'its own policy depends on its name',
    { policies: [allow({ Resource: `${API}/*`, Condition: { StringEquals: { 'aws:username': 'ann' } } })] },
    undefined,
    200,
  ],
  ['the API allows it', { policies: [] }, allow(forAnn), 200],
  ['the API allows another', { policies: [] }, allow(forEve), 403],
  ['the API denies it', {}, deny(forAnn), 403],
  ['the API denies another', {}, deny(forEve), 200],
  ['it is of another account and the API is silent', otherAccount, undefined, 403],
  ['it is of another account and both allow', otherAccount, allow(forEve), 200],
  ['it is of another account and only the API allows', { ...otherAccount, policies: [] }, allow(forEve), 403],
  ['its policy cannot be read', { policies: [allow(), '{"Statement":[{"Effect":"Deny"}]}'] }, undefined, 403],
  [
    'its secret was sealed for another key',
    { sealedSecret: 'access-key/AKIABOB: secret-of-ann' },
    undefined,
    403,
  ],
])('%s', async (...[, members, resourcePolicy, status, message]) => {
  const one = world({
    principals: [principal(members)],
    ...(resourcePolicy !== undefined && { resourcePolicy }),
  });
  const { body, ...answer } = await signedCall(one);
  expect(answer.status).toBe(status);
  if (message !== undefined) expect(JSON.parse(body)).toEqual({ Message: message });
});

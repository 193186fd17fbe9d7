/** The Lambda API: what is stored and shown, what is refused and how. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allOperations } from '@gatehouse/aws-wire';
import { until } from '@gatehouse/platform/testing';
import type { Reply } from './testing/signed-client';
import { startTestHost, type TestHost } from './testing/test-host';
import { lambdaOperations, type Services } from './wire/operations';
import { zipOf } from './testing/zip';

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

it('documents exactly the operations that have a handler', () => {
  const file = join(__dirname, '../../aws-wire/model/implemented.json');
  const { lambda } = JSON.parse(readFileSync(file, 'utf8')) as { lambda: string[] };
  const handled = [...Object.keys(lambdaOperations({} as Services)), 'Invoke'];
  expect(handled.sort()).toEqual([...lambda].sort());
  const known = allOperations('lambda').map(({ name }) => name);
  expect(handled.filter((name) => !known.includes(name))).toEqual([]);
});

describe('a function', () => {
  it('has AWS’s defaults, and its code’s hash', async () => {
    const { status, json } = await host.create('plain', version('one'));
    expect(status).toBe(201);
    expect(json).toEqual({
      FunctionName: 'plain',
      FunctionArn: arnOf('plain'),
      Runtime: 'nodejs22.x',
      Role: 'arn:aws:iam::000000000000:role/any',
      Handler: 'index.handler',
      CodeSize: zipOf(version('one')).length,
      Description: '',
      Timeout: 3,
      MemorySize: 128,
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
      CodeSha256: expect.stringMatching(/^[\w+/]{43}=$/),
      Version: '$LATEST',
      TracingConfig: { Mode: 'PassThrough' },
      RevisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      State: 'Active',
      LastUpdateStatus: 'Successful',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/plain' },
    });
    const shown = (await host.call('GET', `${V1}/plain`)).json;
    expect(shown.Configuration).toEqual(json);
    const { Location } = shown.Code as { Location: string };
    expect(readFileSync(new URL(Location))).toEqual(zipOf(version('one')));
  });

  it('changes its code and its settings, and the next call has both', async () => {
    await host.create('changing', version('one'));
    expect((await host.invoke('changing')).json).toBe('one');
    const code = {
      ZipFile: zipOf({ 'index.js': 'exports.handler = async () => process.env.WORD;' }).toString('base64'),
    };
    expect((await host.call('PUT', `${V1}/changing/code`, code)).status).toBe(200);
    const settings = {
      Environment: { Variables: { WORD: 'two' } },
      Timeout: 9,
      MemorySize: 256,
      Description: 'd',
    };
    const { json } = await host.call('PUT', `${V1}/changing/configuration`, settings);
    expect(json).toMatchObject({ ...settings, Runtime: 'nodejs22.x', Handler: 'index.handler' });
    expect((await host.invoke('changing')).json).toBe('two');
    const stale = await host.call('PUT', `${V1}/changing/configuration`, { Timeout: 5, RevisionId: 'old' });
    expect([stale.status, stale.headers['x-amzn-errortype']]).toEqual([412, 'PreconditionFailedException']);
  });

  it('is gone when it is deleted', async () => {
    await host.create('going', version('one'));
    await host.invoke('going');
    expect((await host.call('DELETE', `${V1}/going`)).status).toBe(200);
    expect(refusal(await host.invoke('going'))).toEqual([
      404,
      'ResourceNotFoundException',
      { Type: 'User', Message: `Function not found: ${arnOf('going')}` },
    ]);
    expect((await host.create('going', version('again'))).status).toBe(201);
  });

  it('is found by name, partial ARN and ARN, in this account and region only', async () => {
    await host.create('named', version('one'));
    for (const form of ['named', '000000000000:function:named', arnOf('named'), `${arnOf('named')}:$LATEST`])
      expect([form, (await host.invoke(form)).json]).toEqual([form, 'one']);
    for (const form of [
      arnOf('named').replace('us-east-1', 'eu-west-1'),
      arnOf('named').replace('000000000000', '111111111111'),
    ])
      expect(refusal(await host.invoke(form))).toMatchObject([
        404,
        'ResourceNotFoundException',
        { Message: `Function not found: ${form}` },
      ]);
  });

  it('is listed in pages', async () => {
    const own = await startTestHost();
    for (const name of ['c', 'a', 'b']) await own.create(name, version(name));
    const first = (await own.call('GET', `${V1}/?MaxItems=2`)).json;
    const second = (await own.call('GET', `${V1}/?MaxItems=2&Marker=${String(first.NextMarker)}`)).json;
    const names = (page: Reply['json']) =>
      (page.Functions as { FunctionName: string }[]).map((one) => one.FunctionName);
    expect([names(first), names(second), second.NextMarker ?? null]).toEqual([['a', 'b'], ['c'], null]);
    await own.stop();
  });

  it('carries tags', async () => {
    await host.create('tagged', version('one'), { Tags: { a: '1', b: '2' } });
    const tags = `/2017-03-31/tags/${encodeURIComponent(arnOf('tagged'))}`;
    expect((await host.call('POST', tags, { Tags: { c: '3' } })).status).toBe(204);
    expect((await host.call('DELETE', `${tags}?tagKeys=a`)).status).toBe(204);
    expect((await host.call('GET', tags)).json).toEqual({ Tags: { b: '2', c: '3' } });
  });
});

describe('what is refused', () => {
  beforeAll(() => host.create('taken', version('one')));
  const invalid = 'InvalidParameterValueException';
  it.each<[string, Record<string, unknown>, number, string, RegExp]>([
    ['a name that is taken', {}, 409, 'ResourceConflictException', /^Function already exist: taken$/],
    [
      'no runtime',
      { FunctionName: 'x', Runtime: undefined },
      400,
      invalid,
      /Runtime and Handler are mandatory/,
    ],
    ['a runtime that this host has not', { FunctionName: 'x', Runtime: 'java21' }, 400, invalid, /java21/],
    [
      'an unknown runtime',
      { FunctionName: 'x', Runtime: 'cobol' },
      400,
      'ValidationException',
      /enum value set/,
    ],
    ['an image', { FunctionName: 'x', PackageType: 'Image' }, 400, invalid, /Image/],
    [
      'too long a timeout',
      { FunctionName: 'x', Timeout: 901 },
      400,
      'ValidationException',
      /less than or equal to 900/,
    ],
    [
      'too little memory',
      { FunctionName: 'x', MemorySize: 64 },
      400,
      'ValidationException',
      /greater than or equal to 128/,
    ],
    [
      'layers',
      { FunctionName: 'x', Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:a:1'] },
      400,
      invalid,
      /Layers/,
    ],
    ['no code', { FunctionName: 'x', Code: {} }, 400, invalid, /source for function code/],
    [
      'a bucket',
      { FunctionName: 'x', Code: { S3Bucket: 'b', S3Key: 'k' } },
      400,
      invalid,
      /source for function code/,
    ],
    ['no zip', { FunctionName: 'x', Code: { ZipFile: 'AAAA' } }, 400, invalid, /Could not unzip/],
    [
      'a reserved variable',
      { FunctionName: 'x', Environment: { Variables: { AWS_REGION: 'x' } } },
      400,
      invalid,
      /Reserved keys used in this request: AWS_REGION/,
    ],
    [
      'more than 4 KB of variables',
      { FunctionName: 'x', Environment: { Variables: { A: 'x'.repeat(4096) } } },
      400,
      invalid,
      /4KB/,
    ],
  ])('%s', async (_what, input, status, code, message) => {
    const reply = await host.create('taken', version('one'), input);
    expect(refusal(reply).slice(0, 2)).toEqual([status, code]);
    expect(reply.json.message).toMatch(message);
  });

  it('an operation that is not there is a 501 that names it', async () => {
    const reply = await host.call('GET', '/2016-08-19/account-settings');
    expect(refusal(reply)).toEqual([
      501,
      'NotImplementedException',
      { message: 'Gatehouse does not implement lambda:GetAccountSettings yet.' },
    ]);
    expect((await host.call('GET', '/restapis')).status).toBe(404);
  });

  it('a payload that is no JSON, and a function that cannot be called, before anything runs', async () => {
    expect(refusal(await host.invoke('taken', Buffer.from('{')))).toMatchObject([
      400,
      'InvalidRequestContentException',
      {},
    ]);
    const dry = { headers: { 'x-amz-invocation-type': 'DryRun' } };
    expect((await host.invoke('taken', {}, dry)).status).toBe(204);
    expect((await host.invoke('absent', {}, dry)).status).toBe(404);
  });
});

describe('versions and aliases', () => {
  it('a version keeps its code; an alias moves between versions; a weighted one shares', async () => {
    await host.create('v', version('one'), { Publish: true });
    const code = { ZipFile: zipOf(version('two')).toString('base64') };
    await host.call('PUT', `${V1}/v/code`, code);
    const published = await host.call('POST', `${V1}/v/versions`, { Description: 'second' });
    expect([
      published.status,
      published.json.Version,
      published.json.FunctionArn,
      published.json.Description,
    ]).toEqual([201, '2', `${arnOf('v')}:2`, 'second']);
    expect((await host.call('POST', `${V1}/v/versions`, {})).json.Version).toBe('2');
    const call = async (qualifier: string) => {
      const reply = await host
        .invoke('v', {}, {})
        .then(() => host.call('POST', `${V1}/v/invocations?Qualifier=${qualifier}`, {}));
      return [reply.json, reply.headers['x-amz-executed-version']];
    };
    expect([await call('1'), await call('2')]).toEqual([
      ['one', '1'],
      ['two', '2'],
    ]);
    expect((await host.call('POST', `${V1}/v/aliases`, { Name: 'live', FunctionVersion: '1' })).status).toBe(
      201,
    );
    expect(await call('live')).toEqual(['one', '1']);
    const weights = { FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 1 } } };
    expect((await host.call('PUT', `${V1}/v/aliases/live`, weights)).json).toMatchObject(weights);
    expect(await call('live')).toEqual(['two', '2']);
    const plain = { FunctionVersion: '2', RoutingConfig: { AdditionalVersionWeights: {} } };
    expect((await host.call('PUT', `${V1}/v/aliases/live`, plain)).json).not.toHaveProperty('RoutingConfig');
    const list = (await host.call('GET', `${V1}/v/versions`)).json.Versions as { Version: string }[];
    expect(list.map((one) => one.Version)).toEqual(['$LATEST', '1', '2']);
    expect((await host.call('GET', `${V1}/v/aliases`)).json).toMatchObject({
      Aliases: [{ Name: 'live', AliasArn: `${arnOf('v')}:live` }],
    });
  });

  it('say what is wrong in AWS’s words', async () => {
    await host.create('w', version('one'), { Publish: true });
    const alias = { Name: 'a', FunctionVersion: '1' };
    await host.call('POST', `${V1}/w/aliases`, alias);
    const told = async (method: string, path: string, body?: unknown) => {
      const { status, json } = await host.call(method, `${V1}/w${path}`, body);
      return [status, json.message ?? json.Message];
    };
    expect(await told('POST', '/aliases', alias)).toEqual([409, `Alias already exists: ${arnOf('w')}:a`]);
    expect(await told('GET', '/aliases/b')).toEqual([404, `Cannot find alias arn: ${arnOf('w')}:b`]);
    expect(await told('POST', '/aliases', { Name: 'c', FunctionVersion: '9' })).toEqual([
      404,
      `Function not found: ${arnOf('w')}:9`,
    ]);
    expect(await told('POST', '/invocations?Qualifier=nope', {})).toEqual([
      404,
      `Function not found: ${arnOf('w')}:nope`,
    ]);
    expect(await told('DELETE', '?Qualifier=1')).toEqual([
      409,
      expect.stringContaining('referenced by aliases'),
    ]);
    expect((await told('DELETE', '/aliases/a'))[0]).toBe(204);
    expect((await told('DELETE', '?Qualifier=1'))[0]).toBe(200);
    expect((await host.call('POST', `${V1}/w/versions`, {})).json.Version).toBe('2');
  });
});

describe('code', () => {
  it('of a development folder is loaded again when a file changes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-hot-'));
    const write = (text: string): void => writeFileSync(join(folder, 'index.js'), version(text)['index.js']);
    write('one');
    const created = await host.create('hot', {}, { Code: { S3Bucket: 'hot-reload', S3Key: folder } });
    expect(created.status).toBe(201);
    expect((await host.invoke('hot')).json).toBe('one');
    write('two');
    await until('the new code answers', async () => ((await host.invoke('hot')).json as unknown) === 'two');
    rmSync(folder, { recursive: true });
  });

  it('and all else outlives the host', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-functions-'));
    const first = await startTestHost({ dataDir });
    await first.create('kept', version('one'), { Publish: true, Environment: { Variables: { A: 'b' } } });
    await first.call('POST', `${V1}/kept/aliases`, { Name: 'live', FunctionVersion: '1' });
    await first.call('POST', `${V1}/kept/policy`, {
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
    });
    const before = (await first.call('GET', `${V1}/kept`)).json;
    await first.stop();
    const second = await startTestHost({ dataDir });
    expect((await second.call('GET', `${V1}/kept`)).json).toEqual(before);
    expect((await second.invoke('kept:live')).json).toBe('one');
    expect((await second.call('GET', `${V1}/kept/policy`)).status).toBe(200);
    await second.stop();
    rmSync(dataDir, { recursive: true });
  });
});

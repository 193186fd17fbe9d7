/** API keys and usage plans through the unmodified SDK, until nodes know which keys open which stage. */
import { createHmac } from 'node:crypto';
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetTagsCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  ImportApiKeysCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  TagResourceCommand,
  UpdateApiKeyCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway';
import { DataSource } from 'typeorm';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

let count = 0;
const fresh = (what: string): string => `${what}-${String(count++).padStart(3, '0')}`;
const value = (): string => fresh('value-that-is-long-enough-for-a-key');
const patch = (op: 'add' | 'remove' | 'replace', path: string, text?: string) => ({
  patchOperations: [{ op, path, ...(text !== undefined && { value: text }) }],
});

async function api(): Promise<string> {
  const { id: restApiId = '', rootResourceId = '' } = await admin.rest.send(
    new CreateRestApiCommand({ name: 'sold' }),
  );
  const key = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
  await admin.rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE', apiKeyRequired: true }));
  await admin.rest.send(new PutIntegrationCommand({ ...key, type: 'MOCK' }));
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return restApiId;
}

async function keyId(enabled = true, text = value()): Promise<string> {
  return (await admin.rest.send(new CreateApiKeyCommand({ enabled, value: text }))).id ?? '';
}

async function planId(...apiIds: string[]): Promise<string> {
  const apiStages = apiIds.map((apiId) => ({ apiId, stage: 'dev' }));
  return (await admin.rest.send(new CreateUsagePlanCommand({ name: fresh('plan'), apiStages }))).id ?? '';
}

const join = (usagePlanId: string, id: string) =>
  admin.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: id, keyType: 'API_KEY' }));

/** Ids of the keys that nodes let in. */
const opens = async (apiId: string, wanted: readonly string[]): Promise<void> => {
  await published(
    admin,
    apiId,
    'dev',
    ({ apiKeys }) =>
      JSON.stringify((apiKeys?.keys ?? []).map((one) => one.keyId)) === JSON.stringify([...wanted].sort()),
  );
};

const badRequest = (message: string) => ({ name: 'BadRequestException', message });
const notFound = (message: string) => ({ name: 'NotFoundException', message });

describe('API keys', () => {
  it('are made with a value of their own, shown without it unless it is asked for, changed and deleted', async () => {
    const {
      $metadata,
      id = '',
      createdDate,
      lastUpdatedDate,
      ...made
    } = await admin.rest.send(new CreateApiKeyCommand({ name: 'first' }));
    expect($metadata.httpStatusCode).toBe(201);
    expect([createdDate, lastUpdatedDate]).toEqual([expect.any(Date), expect.any(Date)]);
    expect(made).toEqual({
      name: 'first',
      enabled: false,
      stageKeys: [],
      value: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
    const key = { apiKey: id };
    const shown = await admin.rest.send(new GetApiKeyCommand(key));
    expect([shown.value, shown.tags]).toEqual([undefined, {}]);
    expect((await admin.rest.send(new GetApiKeyCommand({ ...key, includeValue: true }))).value).toBe(
      made.value,
    );
    const changed = await admin.rest.send(
      new UpdateApiKeyCommand({ ...key, ...patch('replace', '/enabled', 'true') }),
    );
    expect([changed.enabled, changed.value, changed.tags]).toEqual([true, undefined, {}]);
    await admin.rest.send(new DeleteApiKeyCommand(key));
    await expect(admin.rest.send(new GetApiKeyCommand(key))).rejects.toMatchObject(
      notFound('Invalid API Key identifier specified'),
    );
    await expect(admin.rest.send(new DeleteApiKeyCommand(key))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('are listed newest first, by the beginning of their names, by customer, in pages', async () => {
    const customerId = fresh('customer');
    for (const name of ['list-a', 'list-b', 'LIST-c']) {
      await admin.rest.send(new CreateApiKeyCommand({ name, customerId }));
    }
    const names = async (input: object) =>
      ((await admin.rest.send(new GetApiKeysCommand(input))).items ?? []).map((one) => one.name);
    expect(await names({ customerId })).toEqual(['LIST-c', 'list-b', 'list-a']);
    expect(await names({ nameQuery: 'list' })).toEqual(['list-b', 'list-a']);
    expect(await names({ nameQuery: 'ist' })).toEqual([]);
    const first = await admin.rest.send(new GetApiKeysCommand({ customerId, limit: 2 }));
    expect(await names({ customerId, position: first.position })).toEqual(['list-a']);
    expect(await names({ customerId, limit: -1 })).toHaveLength(3);
    expect(first.items?.map((one) => one.value)).toEqual([undefined, undefined]);
    const { items = [] } = await admin.rest.send(new GetApiKeysCommand({ customerId, includeValues: true }));
    expect(items.every((one) => one.value?.length === 40)).toBe(true);
  });

  it('have a value that no other key has', async () => {
    const text = value();
    await keyId(true, text);
    await expect(keyId(true, text)).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'API Key already exists',
    });
    await expect(keyId(true, 'short')).rejects.toMatchObject(
      badRequest('API Key value should be at least 20 characters'),
    );
  });

  it('take tags, and so do plans', async () => {
    for (const path of [`apikeys/${await keyId()}`, `usageplans/${await planId()}`]) {
      const resourceArn = `arn:aws:apigateway:us-east-1::/${path}`;
      await admin.rest.send(new TagResourceCommand({ resourceArn, tags: { team: 'a' } }));
      expect((await admin.rest.send(new GetTagsCommand({ resourceArn }))).tags).toEqual({ team: 'a' });
    }
  });

  it('are nowhere in the tables with their values', async () => {
    const text = value();
    await keyId(true, text);
    const database = await new DataSource({ type: 'postgres', url: admin.databaseUrl }).initialize();
    const rows = await database.query<object[]>('SELECT * FROM api_keys');
    await database.destroy();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(text);
  });
});

describe('usage plans', () => {
  it('are made, shown, listed by key, changed and deleted', async () => {
    const apiId = await api();
    const given = {
      name: fresh('gold'),
      description: 'd',
      apiStages: [{ apiId, stage: 'dev', throttle: { '/GET': { rateLimit: 1, burstLimit: 2 } } }],
      quota: { limit: 10, period: 'DAY' as const, offset: 0 },
      throttle: { rateLimit: 2, burstLimit: 1 },
    };
    const { $metadata, id = '', ...made } = await admin.rest.send(new CreateUsagePlanCommand(given));
    expect([$metadata.httpStatusCode, made]).toEqual([201, given]);
    const key = { usagePlanId: id };
    expect(await admin.rest.send(new GetUsagePlanCommand(key))).toMatchObject({ ...given, tags: {} });
    const changed = await admin.rest.send(
      new UpdateUsagePlanCommand({
        ...key,
        ...patch('replace', '/apiStages/' + apiId + ':dev/throttle/~1/GET/rateLimit', '9'),
      }),
    );
    expect(changed.apiStages?.[0]?.throttle).toEqual({
      '/GET': { rateLimit: 1, burstLimit: 2 },
      '//GET': { rateLimit: 9 },
    });
    const member = await keyId();
    await join(id, member);
    const ofKey = await admin.rest.send(new GetUsagePlansCommand({ keyId: member }));
    expect(ofKey.items?.map((one) => [one.id, one.apiStages])).toEqual([[id, changed.apiStages]]);
    expect((await admin.rest.send(new GetUsagePlansCommand({ keyId: await keyId() }))).items).toEqual([]);
    await expect(admin.rest.send(new DeleteUsagePlanCommand(key))).rejects.toMatchObject(
      badRequest(
        `Cannot delete Usage Plan ${id} because there are API Stages associated with it, including ${apiId}:dev`,
      ),
    );
    await admin.rest.send(
      new UpdateUsagePlanCommand({ ...key, ...patch('remove', '/apiStages', `${apiId}:dev`) }),
    );
    await admin.rest.send(new DeleteUsagePlanCommand(key));
    await expect(admin.rest.send(new GetUsagePlanCommand(key))).rejects.toMatchObject(
      notFound('Invalid Usage Plan ID specified'),
    );
  });

  it('name only stages that are there, and let go of those that are deleted', async () => {
    const apiId = await api();
    await expect(planId('none')).rejects.toMatchObject(notFound('API Stage not found: none:dev'));
    const [usagePlanId, other] = [await planId(apiId), await planId(apiId)];
    const stages = async (id: string) =>
      (await admin.rest.send(new GetUsagePlanCommand({ usagePlanId: id }))).apiStages;
    expect(await stages(usagePlanId)).toEqual([{ apiId, stage: 'dev' }]);
    await admin.rest.send(new DeleteStageCommand({ restApiId: apiId, stageName: 'dev' }));
    expect(await stages(usagePlanId)).toEqual([]);
    await admin.rest.send(new CreateDeploymentCommand({ restApiId: apiId, stageName: 'dev' }));
    expect(await stages(usagePlanId)).toEqual([]);
    await admin.rest.send(
      new UpdateUsagePlanCommand({ usagePlanId: other, ...patch('add', '/apiStages', `${apiId}:dev`) }),
    );
    await admin.rest.send(new DeleteRestApiCommand({ restApiId: apiId }));
    await admin.rest.send(new DeleteUsagePlanCommand({ usagePlanId: other }));
  });

  it('show their keys with values, the last that joined first', async () => {
    const usagePlanId = await planId();
    const names = ['key-a', 'key-b'];
    for (const name of names) {
      const { id = '' } = await admin.rest.send(new CreateApiKeyCommand({ name, value: value() }));
      await join(usagePlanId, id);
    }
    const list = async (input: object = {}) =>
      (await admin.rest.send(new GetUsagePlanKeysCommand({ usagePlanId, ...input }))).items ?? [];
    expect((await list()).map(({ name, type }) => [name, type])).toEqual([
      ['key-b', 'API_KEY'],
      ['key-a', 'API_KEY'],
    ]);
    expect((await list({ nameQuery: 'key-a' })).map(({ value: text }) => text?.slice(0, 5))).toEqual([
      'value',
    ]);
    expect(await list({ nameQuery: 'KEY' })).toEqual([]);
    expect(await list({ usagePlanId: 'none' })).toEqual([]);
    const [{ id = '' } = {}] = await list();
    expect(await admin.rest.send(new GetUsagePlanKeyCommand({ usagePlanId, keyId: id }))).toMatchObject({
      id,
      name: 'key-b',
    });
    const outside = await keyId();
    for (const command of [GetUsagePlanKeyCommand, DeleteUsagePlanKeyCommand]) {
      await expect(admin.rest.send(new command({ usagePlanId, keyId: outside }))).rejects.toMatchObject(
        notFound('Invalid API Key identifier specified'),
      );
    }
    await admin.rest.send(new DeleteApiKeyCommand({ apiKey: id }));
    expect((await list()).map(({ name }) => name)).toEqual(['key-a']);
  });

  it('have a key once, and only one of them has it for each stage', async () => {
    const [apiId, key] = [await api(), await keyId()];
    const [one, two] = [await planId(apiId), await planId()];
    await join(one, key);
    await expect(join(one, key)).rejects.toMatchObject({ name: 'ConflictException' });
    await join(two, key);
    const clash = {
      name: 'ConflictException',
      message: `API Key ${key} is already in usage plan ${one} with API Stage {api: ${apiId}, stage: dev}`,
    };
    const add = patch('add', '/apiStages', `${apiId}:dev`);
    await expect(
      admin.rest.send(new UpdateUsagePlanCommand({ usagePlanId: two, ...add })),
    ).rejects.toMatchObject(clash);
    expect((await admin.rest.send(new GetUsagePlanCommand({ usagePlanId: two }))).apiStages).toEqual([]);
    await expect(join(await planId(apiId), key)).rejects.toMatchObject(clash);
    await expect(
      admin.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId: two, keyId: key, keyType: 'OTHER' })),
    ).rejects.toMatchObject({ name: 'BadRequestException' });
    for (let i = 0; i < 8; i++) await join(await planId(), key);
    await expect(join(await planId(), key)).rejects.toMatchObject({ name: 'LimitExceededException' });
  });
});

describe('what nodes know of keys', () => {
  it('is an HMAC of the value under a salt of the stage', async () => {
    const [apiId, other, text] = [await api(), await api(), value()];
    const [usagePlanId, id] = [await planId(apiId, other), await keyId(true, text)];
    await join(usagePlanId, id);
    const [{ apiKeys }, { apiKeys: theirs }] = [
      await published(admin, apiId, 'dev', (one) => one.apiKeys !== undefined),
      await published(admin, other, 'dev', (one) => one.apiKeys !== undefined),
    ];
    const hmac = createHmac('sha256', apiKeys?.salt ?? '')
      .update(text, 'latin1')
      .digest('base64url');
    expect(apiKeys?.keys).toEqual([{ hmac, keyId: id, usagePlanId }]);
    expect(theirs?.salt).not.toBe(apiKeys?.salt);
    expect(JSON.stringify(apiKeys)).not.toContain(text);
  });

  it('follows every change of keys and plans at once', async () => {
    const apiId = await api();
    const [usagePlanId, one, two] = [await planId(apiId), await keyId(), await keyId(false)];
    await join(usagePlanId, one);
    await join(usagePlanId, two);
    await opens(apiId, [one]);
    await admin.rest.send(new UpdateApiKeyCommand({ apiKey: two, ...patch('replace', '/enabled', 'true') }));
    await opens(apiId, [one, two]);
    await admin.rest.send(new UpdateApiKeyCommand({ apiKey: two, ...patch('replace', '/enabled', 'false') }));
    await opens(apiId, [one]);
    await admin.rest.send(
      new UpdateUsagePlanCommand({ usagePlanId, ...patch('remove', '/apiStages', `${apiId}:dev`) }),
    );
    await opens(apiId, []);
    await admin.rest.send(
      new UpdateUsagePlanCommand({ usagePlanId, ...patch('add', '/apiStages', `${apiId}:dev`) }),
    );
    await opens(apiId, [one]);
    await admin.rest.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId: one }));
    await opens(apiId, []);
    await join(usagePlanId, one);
    await opens(apiId, [one]);
    await admin.rest.send(new DeleteApiKeyCommand({ apiKey: one }));
    await opens(apiId, []);
  });
});

it('limits of a plan, and changes of them, are published with the stages that it names', async () => {
  const apiId = await api();
  const [usagePlanId, key] = [await planId(apiId), await keyId()];
  await join(usagePlanId, key);
  const limited = async (path: string, value: string, expected: object): Promise<void> => {
    await admin.rest.send(new UpdateUsagePlanCommand({ usagePlanId, ...patch('replace', path, value) }));
    const text = JSON.stringify({ [usagePlanId]: expected });
    await published(admin, apiId, 'dev', ({ apiKeys }) => JSON.stringify(apiKeys?.plans) === text);
  };
  const throttle = { burst: 10, rate: 10_000 };
  await limited('/throttle/burstLimit', '10', { throttle });
  const routes = { 'GET /': { burst: 5000, rate: 1 } };
  await limited(`/apiStages/${apiId}:dev/throttle/~1/GET/rateLimit`, '1', { routes, throttle });
});

describe('an import of keys', () => {
  const importKeys = (text: string, failOnWarnings = false) =>
    admin.rest.send(new ImportApiKeysCommand({ body: Buffer.from(text), format: 'csv', failOnWarnings }));

  it('makes keys and joins them to plans; a known value is written over', async () => {
    const apiId = await api();
    const usagePlanId = await planId(apiId);
    const [one, two] = [value(), value()];
    const known = await admin.rest.send(
      new CreateApiKeyCommand({ name: 'old', value: two, customerId: 'c', enabled: false }),
    );
    const text = `name,key,enabled,usageplanids\nfirst,${one},true,${usagePlanId}\nsecond,${two},true,"${usagePlanId}"\n`;
    const { ids = [], warnings } = await importKeys(text);
    expect([ids.length, ids[1], warnings]).toEqual([2, known.id, []]);
    await opens(apiId, ids);
    const written = await admin.rest.send(new GetApiKeyCommand({ apiKey: known.id, includeValue: true }));
    expect(written).toMatchObject({
      name: 'second',
      enabled: true,
      customerId: 'c',
      value: two,
      createdDate: known.createdDate,
    });
    expect(await importKeys(text, true)).toMatchObject({ ids, warnings: [] });
    await importKeys(text.replaceAll('true', 'false'));
    await opens(apiId, []);
  });

  it('warns of a plan that is not there, or is refused as a whole', async () => {
    const [one, two] = [value(), value()];
    const text = `name,key,usageplanids\nimported-whole,${one},none\n`;
    await expect(importKeys(text, true)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('Invalid Usage Plan ID specified'),
    });
    expect((await admin.rest.send(new GetApiKeysCommand({ nameQuery: 'imported-whole' }))).items).toEqual([]);
    const { ids, warnings } = await importKeys(text.replace(one, two));
    expect([ids?.length, warnings]).toEqual([
      1,
      [expect.stringContaining('Invalid Usage Plan ID specified')],
    ]);
    await expect(importKeys('\xff')).rejects.toMatchObject({ name: 'BadRequestException' });
  });
});

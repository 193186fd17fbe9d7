/**
 * A response cache gives nobody what another client put there: neither another user's answer (deception) nor one that depends on
 * what is not in its key (poisoning). Over the workers of one machine, with a stage made by the SDK and an origin that tells all.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutIntegrationCommand, PutMethodCommand, UpdateStageCommand } from '@aws-sdk/client-api-gateway';
import { until } from '@gatehouse/platform/testing';
import { onEveryWorker, startGatehouse, type Gatehouse } from './testing/gatehouse';
import { killAll } from './testing/processes';
import { RestApi, STAGE } from './testing/rest-api';
import { isLong } from './testing/size';
import { startTellingOrigin, type TellingOrigin } from './testing/telling-origin';

jest.setTimeout(isLong ? 600_000 : 120_000);
const SESSIONS = isLong ? 10_000 : 400;
const EVIL = 'evil';
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-cache-'));
let gatehouse: Gatehouse;
let origin: TellingOrigin;
let api: RestApi;

interface Sent {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}
interface Got {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** The path goes out as it is; each call over a connection of its own, so that any worker may get it. */
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Got> {
  const { hostname: host, port } = new URL(gatehouse.gateway);
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, headers, path: api.base + path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

beforeAll(async () => {
  origin = await startTellingOrigin((path, serial) => ({
    ...(path.includes('cookie') && { 'set-cookie': `session=${serial}` }),
    ...(path.includes('vary-all') && { vary: '*' }),
    ...(path.includes('vary-lang') && { vary: 'x-lang' }),
  }));
  gatehouse = await startGatehouse(dataDir, { args: ['--no-demo'], env: { GATEHOUSE_WORKERS: '2' } });
  api = await RestApi.create(gatehouse.rest, 'cached');
  const open = { authorizationType: 'NONE' };
  await api.method('GET', '{proxy+}', open, `${origin.url}/{proxy}`);
  await api.method('HEAD', '{proxy+}', open, `${origin.url}/{proxy}`);
  const restApiId = api.id;
  const resourceId = await api.resource('query');
  const id = 'method.request.querystring.id';
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await gatehouse.rest.send(new PutMethodCommand({ ...method, ...open, requestParameters: { [id]: false } }));
  await gatehouse.rest.send(
    new PutIntegrationCommand({
      ...method,
      ...{ type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: `${origin.url}/query` },
      requestParameters: { 'integration.request.querystring.id': id },
      cacheKeyParameters: [id],
    }),
  );
  await api.deploy();
  const set = (path: string, value: string) => ({ op: 'replace' as const, path, value });
  await gatehouse.rest.send(
    new UpdateStageCommand({
      ...{ restApiId, stageName: STAGE },
      patchOperations: [
        set('/cacheClusterEnabled', 'true'),
        set('/cacheClusterSize', '0.5'),
        set('/*/*/caching/enabled', 'true'),
        set('/*/*/caching/ttlInSeconds', '3600'),
      ],
    }),
  );
  let tries = 0;
  await until('answers are kept', () =>
    onEveryWorker(async () => {
      const path = `/warm-${tries++}`;
      const answers = [await send(path), await send(path), await send(path)];
      return answers.every(({ status, body }) => status === 200 && body === answers[0]?.body);
    }),
  );
});
afterAll(async () => {
  await killAll();
  await origin.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What a victim gets who asks plainly, after an attacker has asked first; and it is what the cache has. */
async function victimAfter(path: string, attack: () => Promise<unknown>, plain = path): Promise<Got> {
  await attack();
  const [first, second] = [await send(plain), await send(plain)];
  expect(first.status).toBe(200);
  expect(second.body).toBe(first.body);
  return first;
}

describe('what is not in the key', () => {
  it.each([
    ...['X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Prefix'],
    ...['X-Forwarded-Scheme', 'Forwarded', 'X-Host', 'X-Original-URL', 'X-Rewrite-URL', 'X-Original-Host'],
    ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-Real-IP', 'True-Client-IP'],
    ...['Origin', 'Referer', 'User-Agent', 'Accept-Language', 'Range', 'If-None-Match', 'If-Modified-Since'],
    ...['Via', 'X-Amzn-Trace-Id', 'X-Lang', 'Pragma', 'From', 'X-Anything'],
  ])('of the fields: %s', async (name) => {
    const path = `/field-${name}`;
    const seen = await victimAfter(path, () => send(path, { headers: { [name]: EVIL } }));
    expect(seen.body).not.toContain(EVIL);
    expect(origin.got(path)).toHaveLength(1);
    expect(origin.got(path).join()).not.toContain(EVIL);
  });

  it.each(['Accept', 'Content-Type', 'Authorization', 'Cookie', 'X-Api-Key'])(
    'but a field that is in it is another answer: %s',
    async (name) => {
      const path = `/keyed-${name}`;
      const attack = () => send(path, { headers: { [name]: EVIL } });
      expect((await victimAfter(path, attack)).body).not.toContain(EVIL);
    },
  );

  it('of the host', async () => {
    const path = '/host';
    await send(path, { headers: { host: 'evil.example' } });
    expect((await send(path)).body).not.toContain(EVIL);
    expect(origin.got(path).join()).not.toContain('evil.example');
  });

  it.each([
    ['/param', '/param?x=evil'],
    ['/params', '/params?x=1&x=evil&evil'],
    ['/query?id=1', '/query?id=1&x=evil'],
    ['/query?id=2', '/query?id=2&ID=evil'],
    ['/query?id=3', '/query?x=evil;id=3&id=3'],
  ])('of the query: %s after %s', async (plain, path) => {
    expect((await victimAfter(path, () => send(path), plain)).body).not.toContain(EVIL);
  });

  it.each([
    ['/query?id=4', '/query?id=4&id=evil'],
    ['/query?id=5', '/query?id=evil&id=5'],
    ['/query?id=6', '/query?id=6%26id=evil'],
    ['/query?id=7', '/query?id=7%00evil'],
    ['/query?id=8', '/query?id[]=evil&id=8'],
  ])(
    'but a parameter that is in it, given otherwise, is another answer: %s after %s',
    async (plain, path) => {
      expect((await victimAfter(path, () => send(path), plain)).body).not.toContain(EVIL);
    },
  );

  it('of a body that comes with a GET', async () => {
    const path = '/fat';
    expect((await victimAfter(path, () => send(path, { body: 'id=evil' }))).body).not.toContain(EVIL);
    expect(origin.got(path).join()).not.toContain(EVIL);
  });

  it('of the verb: HEAD leaves nothing for GET, nor GET a body for HEAD', async () => {
    const seen = await victimAfter('/verb', () => send('/verb', { method: 'HEAD' }));
    expect(JSON.parse(seen.body)).toMatchObject({ method: 'GET', url: '/verb' });
    expect(await send('/verb', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('is nothing that an origin’s Vary could ask for', async () => {
    const attack = () => send('/vary-lang', { headers: { 'x-lang': EVIL } });
    expect((await victimAfter('/vary-lang', attack)).body).not.toContain(EVIL);
  });
});

describe('never kept', () => {
  it.each(['/cookie', '/vary-all'])('an answer of %s', async (path) => {
    const [one, two] = [await send(path), await send(path)];
    expect(two.body).not.toBe(one.body);
    if (path === '/cookie') expect(two.headers['set-cookie']).not.toEqual(one.headers['set-cookie']);
  });

  it.each<[string, Sent]>([
    ['a field that is too long', { headers: { 'x-long': 'x'.repeat(20_000) } }],
    ['many fields', { headers: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x-${i}`, 'x'])) }],
    ['an Expect that nobody knows', { headers: { expect: 'the-unexpected' } }],
    ['a verb without a method', { method: 'POST', body: 'x' }],
  ])('a refusal of %s', async (what, sent) => {
    const path = `/refused-${what.length}`;
    const refused = await send(path, sent);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse((await victimAfter(path, () => send(path, sent))).body)).toMatchObject({ url: path });
  });

  it('a renewal by those who may not: a hundred of them cost the origin no call', async () => {
    const before = await send('/renewed');
    for (let i = 0; i < 100; i++) {
      const { body, headers } = await send('/renewed', { headers: { 'cache-control': 'max-age=0' } });
      expect(body).toBe(before.body);
      expect(headers.warning).toBeDefined();
    }
    expect((await send('/renewed')).body).toBe(before.body);
    expect(origin.got('/renewed')).toHaveLength(1);
  });
});

const PATHS = [
  ...[
    '/account',
    '/account/x.css',
    '/account/.css',
    '/account;x.css',
    '/account;x.css/..',
    '/account/x.css?a=b',
  ],
  ...['/account%2fx.css', '/account%3bx.css', '/account%23x.css', '/account%3fx.css', '/account%00x.css'],
  ...[
    '/account//x.css',
    '/account/./x.css',
    '/account/../account/x.css',
    '/account/%2e%2e/account',
    '/account%5cx.css',
  ],
  ...[
    '/account%252fx.css',
    '/ACCOUNT',
    '/account/',
    '/account%0ax.css',
    '/account.css',
    '/x.css;/../account',
  ],
];
const secretOf = (user: string): string => `secret-of-${user}`;
/** Of a user who is known by his Authorization, by a cookie, or by both. */
function identity(user: string, how: number): OutgoingHttpHeaders {
  const secret = secretOf(user);
  if (how === 0) return { authorization: `Bearer ${secret}` };
  if (how === 1) return { cookie: `session=${secret}` };
  return { authorization: `Bearer ${secret}`, cookie: `a=b; session=${secret}` };
}

describe('an answer to one user is nobody else’s', () => {
  it.each(PATHS)('by %s', async (path) => {
    for (const how of [0, 1, 2]) {
      const own = await send(path, { headers: identity(`a${how}`, how) });
      if (own.status === 200) expect(own.body).toContain(secretOf(`a${how}`));
      for (const headers of [identity(`b${how}`, how), {}, { authorization: '' }, { cookie: 'session=' }])
        expect((await send(path, { headers })).body).not.toContain(secretOf('a'));
    }
  });

  it(`in ${SESSIONS} sessions of users who ask in all these ways at once`, async () => {
    const users = ['a', 'b', 'c', 'd', 'e'].map((name) => `user-${name}`);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
    let wrong = 0;
    let right = 0;
    let left = SESSIONS;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const user = pick([...users, undefined]);
        const headers = user === undefined ? {} : identity(user, pick([0, 1, 2]));
        const field = pick(['x-forwarded-host', 'x-original-url', 'accept-language', 'user-agent']);
        const evil = Math.random() < 0.3;
        const path = `${pick(PATHS)}${pick(['', '?x=1', '?evil=1'])}`;
        const { body, status } = await send(path, {
          headers: { ...headers, ...(evil && { [field]: EVIL }) },
        });
        if (users.some((other) => other !== user && body.includes(secretOf(other)))) wrong++;
        if (body.includes(`"${EVIL}"`)) wrong++;
        if (status === 200 && (user === undefined || body.includes(secretOf(user)))) right++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    expect(wrong).toBe(0);
    expect(right).toBeGreaterThan(SESSIONS / 4);
  });
});

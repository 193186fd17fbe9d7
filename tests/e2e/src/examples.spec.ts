/** Each example of `examples/` as a user runs it: its own script, the AWS environment variables, a started Gatehouse. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@gatehouse/platform/testing';
import { onEveryWorker, startGatehouse, type Gatehouse } from './testing/gatehouse';
import { startOrigin, type Origin } from './testing/origin';
import { cleanEnvironment, killAll, ROOT, run } from './testing/processes';
import { startReceiver, type Receiver } from './testing/receiver';

jest.setTimeout(120_000);

describe('examples', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-examples-'));
  let gatehouse: Gatehouse;
  let origin: Origin;
  let receiver: Receiver;
  beforeAll(async () => {
    origin = await startOrigin('one');
    receiver = await startReceiver();
    gatehouse = await startGatehouse(dataDir, {
      args: ['--no-demo'],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_TRACES_SAMPLER: 'parentbased_always_off',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    });
  });
  afterAll(async () => {
    await killAll();
    await Promise.all([origin.stop(), receiver.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** What a script of the example prints. */
  async function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const environment = cleanEnvironment({
      AWS_ENDPOINT_URL: gatehouse.admin,
      AWS_ENDPOINT_URL_LAMBDA: gatehouse.functions,
      AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'credentials'),
      AWS_REGION: 'us-east-1',
      ...env,
    });
    const file = join(ROOT, 'examples', script);
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
      env: environment,
      cwd: ROOT,
    });
    return stdout.trim();
  }

  const answers = (path: string, status: number, init: RequestInit = {}): Promise<void> =>
    until(`${path} answers ${status}`, () =>
      onEveryWorker(async () => (await fetch(`${gatehouse.gateway}${path}`, init)).status === status),
    );

  /** The lines that the example's script prints; every path among them answers already: 200, or that a caller must be known. */
  async function create(example: string, args: readonly string[], status = 200): Promise<string[]> {
    const lines = (await runScript(`${example}/create.mjs`, args)).split('\n');
    for (const path of lines.filter((line) => line.startsWith('/'))) await answers(path, status);
    return lines;
  }

  const statusOf = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await fetch(`${gatehouse.gateway}${path}`, init)).status;

  it('hello-http-proxy: both APIs reach the origin', async () => {
    const paths = await create('hello-http-proxy', [origin.url]);
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      const answer = await fetch(`${gatehouse.gateway}${path}`);
      expect([answer.headers.get('x-origin'), await answer.json()]).toEqual([
        'one',
        expect.objectContaining({ url: '/hello' }),
      ]);
    }
  });

  it('cors: both preflights let the web origin in, and another one not into the HTTP API', async () => {
    const [restPath = '', httpPath = ''] = await create('cors', [origin.url, 'https://app.example']);
    const preflight = (path: string, from: string) =>
      fetch(`${gatehouse.gateway}${path}`, {
        method: 'OPTIONS',
        headers: { origin: from, 'access-control-request-method': 'GET' },
      });
    const rest = await preflight(restPath, 'https://app.example');
    expect([rest.status, rest.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example',
    ]);
    const http = await preflight(httpPath, 'https://app.example');
    expect([http.status, http.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://app.example',
    ]);
    expect(
      (await preflight(httpPath, 'https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const actual = await fetch(`${gatehouse.gateway}${httpPath}`, {
      headers: { origin: 'https://app.example' },
    });
    expect([actual.status, actual.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example',
    ]);
  });

  it('jaeger-tracing: server and client span join the caller’s trace; an unsampled call sends none', async () => {
    const [path = ''] = await create('hello-http-proxy', [origin.url]);
    receiver.spans.length = 0;
    const unsampled = '00-11111111111111111111111111111111-2222222222222222-00';
    const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await fetch(`${gatehouse.gateway}${path}`, { headers: { traceparent: unsampled } });
    await fetch(`${gatehouse.gateway}${path}`, { headers: { traceparent: sampled } });
    await until('two spans', () => receiver.spans.length >= 2);
    const [server, client] = [2, 3].map((kind) => receiver.spans.find((span) => span.kind === kind));
    expect(server).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      name: 'GET $default',
    });
    expect(client).toMatchObject({ traceId: server?.traceId, parentSpanId: server?.spanId });
    expect(receiver.spans).toHaveLength(2);
    const seen = origin.requests.at(-1)?.headers;
    expect(seen?.traceparent).toBe(`00-${server?.traceId}-${client?.spanId}-01`);
    expect(seen?.['x-amzn-trace-id']).toContain('Root=1-0af76519-16cd43dd8448eb211c80319c');
  });

  it('lambda-proxy: the function answers for both APIs, with its status, headers and body', async () => {
    const paths = await create('lambda-proxy', [], 201);
    const seen = paths.map(async (path) => {
      const answer = await fetch(`${gatehouse.gateway}${path}?q=1`, { method: 'POST', body: 'hello' });
      return [answer.status, answer.headers.get('x-made-by'), await answer.json()];
    });
    const event = { method: 'POST', name: 'ann', query: '1', body: 'hello' };
    expect(await Promise.all(seen)).toEqual([
      [201, 'lambda-proxy', { ...event, format: '1.0' }],
      [201, 'lambda-proxy', { ...event, format: '2.0' }],
    ]);
  });

  it('lambda-token-authorizer: a token may do what the policy says of it, and the origin learns whose it is', async () => {
    const [path = ''] = await create('lambda-token-authorizer', [origin.url], 401);
    const as = (authorization: string, method = 'GET') =>
      statusOf(path, { method, headers: { authorization, 'x-user': 'root' } });
    origin.requests.length = 0;
    expect([await as('bob-token'), await as('bob-token', 'DELETE')]).toEqual([200, 403]);
    expect([await as('eve-token'), await as('EVE')]).toEqual([401, 401]);
    expect(await as('ann-token', 'DELETE')).toBe(200);
    expect(
      origin.requests.map(({ method, url, headers }) => [
        method,
        url,
        headers['x-user'],
        headers['x-may-delete'],
      ]),
    ).toEqual([
      ['GET', '/notes', 'bob', 'false'],
      ['DELETE', '/notes', 'ann', 'true'],
    ]);
  });

  it('request-authorizer-context: header and query belong together, and the origin gets the tenant, not the key', async () => {
    const [path = ''] = await create('request-authorizer-context', [origin.url], 401);
    const as = (key: string, query: string) =>
      statusOf(`${path}${query}`, { headers: { 'x-tenant-key': key, 'x-plan': 'platinum' } });
    origin.requests.length = 0;
    expect(await as('acme-key', '')).toBe(401);
    expect(await as('acme-key', '?tenant=umbrella')).toBe(403);
    expect(await as('acme-key', '?tenant=__proto__')).toBe(403);
    expect(await as('acme-key', '?tenant=acme')).toBe(200);
    expect(origin.requests).toHaveLength(1);
    const [seen] = origin.requests;
    expect(seen?.headers).toMatchObject({ 'x-tenant': 'acme', 'x-plan': 'gold' });
    expect(seen?.headers).not.toHaveProperty('x-tenant-key');
  });

  it('jwt-api: each route wants its scope of a token of the issuer', async () => {
    const program = run(process.execPath, [join(ROOT, 'examples/jwt-api/issuer.mjs')], cleanEnvironment({}));
    const [issuer] = await program.printed(/http:\S+/);
    const [path = ''] = await create('jwt-api', [issuer, origin.url], 401);
    const as = async (query: string, method = 'GET') => {
      const given = await fetch(`${issuer}/token?${query}`);
      const { access_token: token } = (await given.json()) as { access_token: string };
      return statusOf(path, { method, headers: { authorization: `Bearer ${token}` } });
    };
    origin.requests.length = 0;
    expect(await as('scope=books:read')).toBe(200);
    expect(await as('scope=books:read', 'POST')).toBe(403);
    expect(await as('scope=books:read+books:write', 'POST')).toBe(200);
    expect(await as('scope=books:read&audience=films')).toBe(401);
    expect(origin.requests.map(({ headers }) => headers['x-user'])).toEqual(['ann', 'ann']);
    program.signal('SIGTERM');
    await program.exited;
  });

  it('iam-signed-calls: the user may do what its policy says, signed with its own key', async () => {
    const [path = '', ...key] = await create('iam-signed-calls', [origin.url], 403);
    const env = Object.fromEntries(key.map((line) => line.split('='))) as NodeJS.ProcessEnv;
    const call = (args: string[], own: NodeJS.ProcessEnv = env) =>
      runScript('iam-signed-calls/call.mjs', [`${gatehouse.gateway}${path}`, ...args], own);
    await until('the key is known to every worker', async () =>
      (await Promise.all(Array.from({ length: 4 }, () => call([])))).every((text) => text.startsWith('200 ')),
    );
    origin.requests.length = 0;
    expect(await call(['GET'])).toMatch(/^200 /);
    expect(await call(['POST', '{}'])).toMatch(/^403 .*not authorized to perform: execute-api:Invoke/);
    expect(await call(['GET'], { ...env, AWS_SECRET_ACCESS_KEY: 'guessed' })).toMatch(/^403 .*signature/);
    expect(origin.requests.map(({ headers }) => headers['x-caller'])).toEqual([
      expect.stringMatching(/^arn:aws:iam::000000000000:user\/reader-of-/),
    ]);
  });

  it('api-keys: the key of the usage plan lets in, and no other', async () => {
    const [path = '', value = ''] = await create('api-keys', [origin.url], 403);
    await answers(path, 200, { headers: { 'x-api-key': value } });
    expect(await statusOf(path, { headers: { 'x-api-key': `${value}x` } })).toBe(403);
    expect(await statusOf(path)).toBe(403);
  });

  it('response-cache: the origin is asked once for each page, whatever else is sent', async () => {
    const [path = ''] = await create('response-cache', [origin.url]);
    // Settings of the cache come after the deployment.
    await answers(path, 403, { headers: { 'cache-control': 'max-age=0' } });
    origin.requests.length = 0;
    for (const query of ['?page=1', '?page=2', '?page=1&utm_source=x', '?utm_source=y&page=2'])
      for (let i = 0; i < 10; i++) expect(await statusOf(`${path}${query}`)).toBe(200);
    const asked = origin.requests.map(({ url }) => url);
    expect(asked.toSorted()).toEqual(['/?page=1', '/?page=2']);
  });

  it('canary: a tenth of the calls reach the second deployment, and all of them after the promotion', async () => {
    const [path = '', restApiId = ''] = await create('canary', [origin.url]);
    const seen = async (calls: number): Promise<string[]> => {
      const bodies = Array.from({ length: calls }, async () =>
        (await fetch(`${gatehouse.gateway}${path}`)).json(),
      );
      return ((await Promise.all(bodies)) as { url: string }[]).map(({ url }) => url);
    };
    await until('the canary is there', async () => (await seen(40)).includes('/v2/green'));
    expect(new Set(await seen(200))).toEqual(new Set(['/v1/blue', '/v2/green']));
    await runScript('canary/promote.mjs', [restApiId]);
    await until('it is promoted', async () => (await seen(40)).every((url) => url === '/v2/green'));
  });

  it('usage-plan-and-keys: a key is held to its rate and its quota, and may get more of it', async () => {
    const [path = '', planId = '', annId = '', ann = '', , bob = ''] = await create(
      'usage-plan-and-keys',
      [origin.url],
      403,
    );
    const call = async (key: string): Promise<string> => {
      const answer = await fetch(`${gatehouse.gateway}${path}`, { headers: { 'x-api-key': key } });
      const { message = '' } = (await answer.json()) as { message?: string };
      return `${answer.status} ${message}`;
    };
    await until('bob is over the rate', async () =>
      (await Promise.all(Array.from({ length: 40 }, () => call(bob)))).includes('429 Too Many Requests'),
    );
    let passed = 0;
    await until('ann is over the quota', async () => {
      const said = await call(ann);
      if (said === '200 ') passed++;
      return passed >= 40 && said === '429 Limit Exceeded';
    });
    expect(await statusOf(path)).toBe(403);
    await until('bob has calls left', async () => (await call(bob)) === '200 ');
    const usage = () => runScript('usage-plan-and-keys/usage.mjs', [planId, annId]);
    await until('what ann used is counted', async () => (await usage()) === `${passed} used, 0 left`);
    await runScript('usage-plan-and-keys/grant.mjs', [planId, annId, '5']);
    await until('ann may call again', async () => (await call(ann)) === '200 ');
  });

  it('monthly-statement: the running month has every call of each key, priced by the account’s own book', async () => {
    const [path = '', ...keys] = await create('monthly-statement', [origin.url], 403);
    const apiId = path.split('/')[3] ?? '';
    const calls = [0, 0];
    for (const [i, key] of keys.entries())
      await until(`so many calls with key ${i}`, async () => {
        if ((await statusOf(path, { headers: { 'x-api-key': key } })) === 200) calls[i] = (calls[i] ?? 0) + 1;
        return calls[i] === 3 + i;
      });
    interface Statement {
      readonly currency: string;
      readonly status: string;
      readonly apis: { apiId: string; keys: { name?: string; calls: number; amount: string }[] }[];
    }
    let statement: Statement | undefined;
    const namedKeys = () =>
      statement?.apis.find((api) => api.apiId === apiId)?.keys.filter(({ name }) => name);
    await until('all calls are in the statement', async () => {
      statement = JSON.parse(await runScript('monthly-statement/statement.mjs', [])) as Statement;
      const counted = namedKeys()?.map((key) => [key.name, key.calls]) ?? [];
      return JSON.stringify(counted.toSorted()) === '[["ann",3],["bob",4]]';
    });
    expect([statement?.currency, statement?.status]).toEqual(['EUR', 'estimate']);
    // 3.00 a million, and the first hundred GB for nothing.
    expect(namedKeys()?.map(({ name, amount }) => [name, amount])).toEqual(
      expect.arrayContaining([
        ['ann', '0.000009'],
        ['bob', '0.000012'],
      ]),
    );
    const csv = await runScript('monthly-statement/statement.mjs', ['csv']);
    const [names = [], ...lines] = csv.split('\r\n').map((line) => line.split(','));
    const rows = lines.map((line) => Object.fromEntries(names.map((name, i) => [name, line[i]])));
    const ofKeys = rows.filter((row) => row.apiId === apiId && row.keyName !== '' && row.meter === 'billed');
    expect(ofKeys.map(({ keyName, quantity, amount }) => [keyName, quantity, amount]).toSorted()).toEqual([
      ['ann', '3', '0.000009'],
      ['bob', '4', '0.000012'],
    ]);
  });

  it('are listed, each with a folder and a test of its name', () => {
    const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const list = readFileSync(join(ROOT, 'examples/README.md'), 'utf8');
    const listed = [...list.matchAll(/^\| \[([\w-]+)\]\(/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(folders.toSorted());
    const tests = readFileSync(__filename, 'utf8');
    expect(folders.filter((name) => !tests.includes(`it('${name}: `))).toEqual([]);
  });
});

/** Functions of `gatehouse start` through the real `aws lambda`. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGatehouse, stop, type Gatehouse } from './testing/gatehouse';
import { cleanEnvironment, killAll } from './testing/processes';

jest.setTimeout(240_000);

const hasAws = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
const suite = hasAws ? describe : describe.skip;
if (!hasAws) process.stderr.write('\nNOT RUN, no aws on the PATH: functions through the AWS CLI\n');

const ROLE = 'arn:aws:iam::000000000000:role/any';
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-functions-'));
const code = mkdtempSync(join(tmpdir(), 'gatehouse-code-'));
let gatehouse: Gatehouse;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function aws(...args: string[]): Promise<Ran> {
  const env = cleanEnvironment({
    AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'credentials'),
    AWS_ENDPOINT_URL_LAMBDA: gatehouse.functions,
    AWS_REGION: 'us-east-1',
    AWS_MAX_ATTEMPTS: '1',
  });
  const child = spawn('aws', ['lambda', ...args, '--output', 'json'], { env, cwd: code });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ code: status, out, err })));
}

/** The command must succeed; its JSON. */
async function ok(...args: string[]): Promise<Record<string, unknown>> {
  const { code: status, out, err } = await aws(...args);
  expect([status, err]).toEqual([0, '']);
  return (out.trim() === '' ? {} : JSON.parse(out)) as Record<string, unknown>;
}

/** What `aws lambda invoke` printed, and the payload it wrote. */
async function invoke(name: string, ...args: string[]) {
  const printed = await ok('invoke', '--function-name', name, ...args, 'answer.json');
  return { ...printed, payload: readFileSync(join(code, 'answer.json'), 'utf8') };
}

function zip(name: string, files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(code, file), text);
  const made = spawnSync('python3', ['-m', 'zipfile', '-c', name, ...Object.keys(files)], { cwd: code });
  expect(made.status).toBe(0);
  return `fileb://${name}`;
}

function create(name: string, file: string, ...more: string[]) {
  const fixed = ['--function-name', name, '--role', ROLE, '--zip-file', file, '--handler', 'index.handler'];
  return ok('create-function', ...fixed, '--runtime', 'nodejs22.x', ...more);
}

suite('aws lambda', () => {
  beforeAll(async () => {
    gatehouse = await startGatehouse(dataDir, { args: ['--no-demo', '--single-process'] });
  });
  afterAll(async () => {
    await stop(gatehouse);
    await killAll();
    for (const folder of [dataDir, code]) rmSync(folder, { recursive: true, force: true });
  });

  it('creates a function from a zip, calls it in every way, and shows its log', async () => {
    const source =
      'exports.handler = async (event) => { console.log("heard", event); return { hi: event.name, word: process.env.WORD }; };';
    const file = zip('one.zip', { 'index.js': source });
    const made = await create('greet', file, '--environment', 'Variables={WORD=up}', '--publish');
    expect(made).toMatchObject({ State: 'Active', Version: '1', Timeout: 3, MemorySize: 128 });
    await ok('wait', 'function-active-v2', '--function-name', 'greet');
    const first = await invoke('greet', '--payload', '{"name":"ü"}', '--log-type', 'Tail');
    expect(first).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(JSON.parse(first.payload)).toEqual({ hi: 'ü', word: 'up' });
    const log = Buffer.from(String((first as { LogResult?: string }).LogResult), 'base64').toString();
    expect(log).toMatch(/^START RequestId[\s\S]*heard \{ name: 'ü' \}[\s\S]*REPORT RequestId/);
    expect(await invoke('greet', '--invocation-type', 'DryRun')).toMatchObject({ StatusCode: 204 });
    expect(await invoke('greet', '--invocation-type', 'Event', '--payload', '{}')).toMatchObject({
      StatusCode: 202,
    });
  });

  it('publishes versions and moves an alias over them', async () => {
    const file = zip('two.zip', {
      'index.js': 'exports.handler = (event, context, callback) => callback(null, "second");',
    });
    await ok('update-function-code', '--function-name', 'greet', '--zip-file', file);
    await ok('update-function-configuration', '--function-name', 'greet', '--timeout', '7');
    expect(await ok('publish-version', '--function-name', 'greet')).toMatchObject({
      Version: '2',
      Timeout: 7,
    });
    await ok('create-alias', '--function-name', 'greet', '--name', 'live', '--function-version', '1');
    expect(JSON.parse((await invoke('greet:live', '--payload', '{"name":"x"}')).payload)).toMatchObject({
      hi: 'x',
    });
    await ok('update-alias', '--function-name', 'greet', '--name', 'live', '--function-version', '2');
    const moved = await invoke('greet', '--qualifier', 'live');
    expect(moved).toMatchObject({ ExecutedVersion: '2', payload: '"second"' });
    const { Versions } = await ok('list-versions-by-function', '--function-name', 'greet');
    expect((Versions as unknown[]).length).toBe(3);
  });

  it('gives and takes permissions', async () => {
    const source = 'arn:aws:execute-api:us-east-1:000000000000:api1/*';
    const statement = ['--statement-id', 'gateway', '--action', 'lambda:InvokeFunction'];
    const principal = ['--principal', 'apigateway.amazonaws.com', '--source-arn', source];
    await ok('add-permission', '--function-name', 'greet', ...statement, ...principal);
    const { Policy } = await ok('get-policy', '--function-name', 'greet');
    expect(JSON.parse(String(Policy))).toMatchObject({
      Statement: [{ Sid: 'gateway', Condition: { ArnLike: { 'AWS:SourceArn': source } } }],
    });
    await ok('remove-permission', '--function-name', 'greet', '--statement-id', 'gateway');
    const { code: status, err } = await aws('get-policy', '--function-name', 'greet');
    expect([status, err]).toEqual([
      expect.any(Number),
      expect.stringContaining('(ResourceNotFoundException)'),
    ]);
  });

  it('runs a Python handler, and tells what it raised', async () => {
    const file = zip('snake.zip', {
      'index.py': 'def handler(event, context):\n    return 1 / event["by"]\n',
    });
    await create('snake', file, '--runtime', 'python3.12');
    expect((await invoke('snake', '--payload', '{"by":4}')).payload).toBe('0.25');
    const failed = await invoke('snake', '--payload', '{"by":0}');
    expect(failed).toMatchObject({ FunctionError: 'Unhandled' });
    expect(JSON.parse(failed.payload)).toMatchObject({
      errorType: 'ZeroDivisionError',
      errorMessage: 'division by zero',
    });
  });

  it('refuses a wrong secret', async () => {
    const env = cleanEnvironment({
      AWS_ACCESS_KEY_ID: /aws_access_key_id = (\S+)/.exec(
        readFileSync(join(dataDir, 'credentials'), 'utf8'),
      )?.[1],
      AWS_SECRET_ACCESS_KEY: 'guessed',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: gatehouse.functions,
    });
    const { stderr } = spawnSync('aws', ['lambda', 'list-functions'], { env, encoding: 'utf8' });
    expect(stderr).toContain('(InvalidSignatureException)');
  });

  it('finds everything again after a restart, and deletes it', async () => {
    await stop(gatehouse);
    gatehouse = await startGatehouse(dataDir, { args: ['--no-demo', '--single-process'] });
    expect((await invoke('greet', '--qualifier', 'live')).payload).toBe('"second"');
    await ok('delete-function', '--function-name', 'greet');
    const { Functions } = await ok('list-functions');
    expect((Functions as { FunctionName: string }[]).map(({ FunctionName }) => FunctionName)).toEqual([
      'snake',
    ]);
  });
});

/** The function host as it is deployed: a process of its own, settings, signals, and what becomes of its functions. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedClient, type Reply } from '@gatehouse/function-host/testing';
import { typeScriptArguments, until } from '@gatehouse/platform/testing';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-function-host-'));
const code = join(folder, 'code');
const KEY = { accessKeyId: 'AKIATEST', secret: 'test-secret' };
const children: ChildProcess[] = [];

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

function start(more: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, typeScriptArguments(join(__dirname, 'main.ts')), {
    env: {
      PATH: process.env.PATH,
      GATEHOUSE_FUNCTIONS_LISTEN: '127.0.0.1:0',
      GATEHOUSE_MANAGEMENT_LISTEN: '127.0.0.1:0',
      GATEHOUSE_DATA_DIR: join(folder, 'data'),
      GATEHOUSE_ADMIN_ACCESS_KEY_ID: KEY.accessKeyId,
      GATEHOUSE_ADMIN_SECRET_ACCESS_KEY: KEY.secret,
      GATEHOUSE_DRAIN_SECONDS: '1',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, ended: new Promise((resolve) => child.once('exit', resolve)), output: () => output };
}

async function ready(program: Program): Promise<{ functions: string; management: string }> {
  await until('ready', () => program.output().includes('function host is ready'), 30_000);
  return JSON.parse(program.output().trim().split('\n').at(-1) ?? '') as {
    functions: string;
    management: string;
  };
}

function call(address: string, method: string, path: string, body: unknown = {}): Promise<Reply> {
  const client = signedClient(Number(address.split(':').at(-1)), KEY);
  return client.call(method, path, body).finally(() => client.close());
}

const isAlive = (pid: number): boolean => {
  try {
    return pid > 0 && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const pidFile = join(folder, 'pid');
const pid = (): number => {
  try {
    return Number(readFileSync(pidFile, 'utf8'));
  } catch {
    return 0;
  }
};

beforeAll(() => {
  mkdirSync(code);
  writeFileSync(
    join(code, 'index.js'),
    `exports.handler = async ({ loop }) => {
       require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       while (loop);
       return 'done';
     };`,
  );
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(pidFile, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withFunction(): Promise<{ program: Program; address: string }> {
  const program = start();
  const { functions: address } = await ready(program);
  await call(address, 'POST', '/2015-03-31/functions', {
    FunctionName: 'f',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/any',
    Timeout: 60,
    Code: { S3Bucket: 'hot-reload', S3Key: code },
  });
  return { program, address };
}
const invoke = (address: string, event: object): Promise<Reply> =>
  call(address, 'POST', '/2015-03-31/functions/f/invocations', event);

it('does not start without a key', async () => {
  const program = start({ GATEHOUSE_ADMIN_ACCESS_KEY_ID: '', GATEHOUSE_ADMIN_SECRET_ACCESS_KEY: '' });
  expect(await program.ended).toBe(1);
  expect(program.output()).toContain('There is no credential');
});

it('takes the key of the data folder', async () => {
  const dataDir = join(folder, 'with-key');
  mkdirSync(dataDir);
  const text = `[default]\naws_access_key_id = ${KEY.accessKeyId}\naws_secret_access_key = ${KEY.secret}\n`;
  writeFileSync(join(dataDir, 'credentials'), text);
  const program = start({
    GATEHOUSE_DATA_DIR: dataDir,
    GATEHOUSE_ADMIN_ACCESS_KEY_ID: '',
    GATEHOUSE_ADMIN_SECRET_ACCESS_KEY: '',
  });
  const { functions, management } = await ready(program);
  expect((await call(functions, 'POST', '/2015-03-31/functions/absent/invocations')).status).toBe(404);
  expect((await fetch(`http://${management}/readyz`)).status).toBe(200);
});

it('ends its functions and itself on SIGTERM', async () => {
  const { program, address } = await withFunction();
  expect((await invoke(address, {})).json).toBe('done');
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await until('the function is gone', () => !isAlive(pid()));
});

it.each([
  ['idle', false],
  ['busy', true],
])('killed, it leaves no %s function behind', async (_what, loop) => {
  const { program, address } = await withFunction();
  const answer = invoke(address, { loop }).catch(() => undefined);
  if (!loop) await answer;
  await until('the function runs', () => isAlive(pid()));
  program.child.kill('SIGKILL');
  await program.ended;
  await until('the function is gone', () => !isAlive(pid()));
  await answer;
});

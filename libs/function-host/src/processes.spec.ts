/** The processes of functions: limits, isolation, warmth, and that none is left behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@gatehouse/platform/testing';
import type { Reply } from './testing/signed-client';
import { startTestHost, type TestHost } from './testing/test-host';
import { PROGRAM_MODE, zipOf } from './testing/zip';

jest.setTimeout(60_000);

let host: TestHost;
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-scratch-'));
beforeAll(async () => {
  process.env.HOST_SECRET = 'not for functions';
  host = await startTestHost({
    environment: { GATEHOUSE_FUNCTIONS_MAX_CONCURRENCY: '6' },
    eventRetryDelaysMs: [10, 10],
  });
});
afterAll(async () => {
  delete process.env.HOST_SECRET;
  await host.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie answers to signals; its state tells.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const pidIn = (file: string): number => Number(readFileSync(join(scratch, file), 'utf8'));
const errorOf = ({ status, headers, json }: Reply) => [status, headers['x-amz-function-error'], json];
const held = (file: string): string => `
  const fs = require('node:fs');
  exports.handler = async () => {
    fs.appendFileSync(${JSON.stringify(join(scratch, file))}, '.');
    while (!fs.existsSync(${JSON.stringify(join(scratch, `${file}.go`))})) await new Promise((r) => setTimeout(r, 5));
    return process.pid;
  };`;
const begun = (file: string): number =>
  existsSync(join(scratch, file)) ? readFileSync(join(scratch, file), 'utf8').length : 0;
const release = (file: string): void => writeFileSync(join(scratch, `${file}.go`), '');
const pid = 'exports.handler = async () => process.pid;';

describe('a process', () => {
  it('serves call after call while it is warm', async () => {
    await host.create('warm', { 'index.js': pid });
    const first = (await host.invoke('warm', {})).json;
    for (let i = 0; i < 20; i++) expect((await host.invoke('warm', {})).json).toBe(first);
  });

  it('is killed at its timeout with all that it started, and the caller is told', async () => {
    const child = `require('node:child_process').spawn('sleep', ['600']).pid`;
    const write = `require('node:fs').writeFileSync(${JSON.stringify(join(scratch, 'loop'))}, String(${child}))`;
    await host.create(
      'loop',
      { 'index.js': `exports.handler = async () => { ${write}; for (;;); };` },
      { Timeout: 1 },
    );
    const reply = await host.invoke('loop', {});
    const id = String(reply.headers['x-amzn-requestid']);
    expect(errorOf(reply)).toEqual([
      200,
      'Unhandled',
      {
        errorMessage: expect.stringMatching(
          new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${id} Task timed out after 1.00 seconds$`),
        ),
      },
    ]);
    await until('the child is gone', () => !isAlive(pidIn('loop')));
  });

  it('that takes more memory than it may is killed', async () => {
    const grow =
      'exports.handler = async () => { const all = []; while (all.length < 100) { all.push(Buffer.alloc(8e6, 1)); await new Promise((r) => setTimeout(r, 2)); } };';
    await host.create('hungry', { 'index.js': grow }, { Timeout: 30 });
    const reply = await host.invoke('hungry', {});
    expect(reply.json).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/),
    });
  });

  it('that crashes takes no other down', async () => {
    await host.create('calm', { 'index.js': held('calm') });
    await host.create('crash', { 'index.js': 'exports.handler = async () => process.abort();' });
    const calm = host.invoke('calm', {});
    await until('calm runs', () => begun('calm') === 1);
    expect((await host.invoke('crash', {})).json.errorMessage).toContain('signal: aborted');
    release('calm');
    expect(errorOf(await calm)).toEqual([200, undefined, expect.any(Number)]);
  });

  it('sees its own variables and AWS’s, and nothing of the host', async () => {
    await host.create(
      'env',
      { 'index.js': 'exports.handler = async () => process.env;' },
      { Environment: { Variables: { OWN: 'värde' } } },
    );
    const { json } = await host.invoke('env', {});
    expect(Object.keys(json).sort()).toEqual([
      'AWS_DEFAULT_REGION',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'LAMBDA_RUNTIME_DIR',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'OWN',
      'PATH',
      'PYTHONDONTWRITEBYTECODE',
      'TZ',
      '_HANDLER',
      '_X_AMZN_TRACE_ID',
    ]);
    expect(json).toMatchObject({ OWN: 'värde', AWS_LAMBDA_FUNCTION_NAME: 'env', AWS_REGION: 'us-east-1' });
  });

  it('answers to no page of a browser', async () => {
    await host.create('api', {
      'index.js': 'exports.handler = async () => process.env.AWS_LAMBDA_RUNTIME_API;',
    });
    const address = JSON.parse((await host.invoke('api', {})).text) as string;
    const answer = await fetch(`http://${address}/2018-06-01/runtime/invocation/next`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.status).toBe(403);
  });
});

describe('concurrency', () => {
  it('gives each call at once a process, and 429 beyond what the function reserved', async () => {
    await host.create('pair', { 'index.js': held('pair') }, { Timeout: 30 });
    const path = '/2017-10-31/functions/pair/concurrency';
    expect((await host.call('PUT', path, { ReservedConcurrentExecutions: 2 })).status).toBe(200);
    const two = [host.invoke('pair', {}), host.invoke('pair', {})];
    await until('both run', () => begun('pair') === 2);
    const third = await host.invoke('pair', {});
    expect([third.status, third.headers['x-amzn-errortype'], third.json]).toEqual([
      429,
      'TooManyRequestsException',
      {
        Type: 'User',
        message: 'Rate Exceeded.',
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      },
    ]);
    release('pair');
    const pids = (await Promise.all(two)).map(({ json }) => json);
    expect(new Set(pids).size).toBe(2);
    expect((await host.invoke('pair', {})).status).toBe(200);
  });

  it('of the whole host has a limit', async () => {
    await host.create('many', { 'index.js': held('many') }, { Timeout: 30 });
    const six = Array.from({ length: 6 }, () => host.invoke('many', {}));
    await until('six run', () => begun('many') === 6);
    const { status, json } = await host.invoke('warm', {});
    expect([status, json.Reason]).toEqual([429, 'ConcurrentInvocationLimitExceeded']);
    release('many');
    expect((await Promise.all(six)).map(({ status: each }) => each)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

describe('an asynchronous invocation', () => {
  it('is taken at once, and tried three times in all when the function fails', async () => {
    const file = join(scratch, 'events');
    const write = `require('node:fs').appendFileSync(${JSON.stringify(file)}, event.id + context.awsRequestId + '\\n')`;
    await host.create('failing', {
      'index.js': `exports.handler = async (event, context) => { ${write}; throw new Error('no'); };`,
    });
    const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
    const reply = await host.invoke(
      'failing',
      { id: 'a' },
      { headers: { 'x-amz-invocation-type': 'Event' } },
    );
    expect([reply.status, reply.text]).toEqual([202, '']);
    await until('three attempts', () => lines().length === 3);
    // A later event of the same function shows that there is no fourth attempt on its way.
    await host.invoke('failing', { id: 'b' }, { headers: { 'x-amz-invocation-type': 'Event' } });
    await until('both are done', () => lines().length >= 6);
    expect(lines().filter((line) => line.startsWith('a'))).toEqual(
      Array(3).fill(`a${String(reply.headers['x-amzn-requestid'])}`),
    );
  });

  it('may carry 1 MB, a synchronous one 6 MB', async () => {
    await host.create('size', { 'index.js': 'exports.handler = async (event) => event.length;' });
    const text = (bytes: number) => Buffer.from(`"${'x'.repeat(bytes - 2)}"`);
    const event = { headers: { 'x-amz-invocation-type': 'Event' } };
    expect((await host.invoke('size', text(1_048_576), event)).status).toBe(202);
    const larger = await host.invoke('size', text(1_048_577), event);
    expect([larger.status, larger.headers['x-amzn-errortype']]).toEqual([413, 'RequestTooLargeException']);
    expect((await host.invoke('size', text(6_291_456))).json).toBe(6_291_454);
    expect((await host.invoke('size', text(6_291_457))).status).toBe(413);
  });
});

describe('other runtimes', () => {
  const python = (code: string, name: string) =>
    host.create(name, { 'app/main.py': code }, { Runtime: 'python3.12', Handler: 'app/main.handler' });

  it('Python handlers get event and context, and their errors have AWS’s form', async () => {
    const code = `
import os
def handler(event, context):
    if event.get("fail"):
        raise ValueError("no " + event["fail"])
    return {"got": event, "id": context.aws_request_id, "left": context.get_remaining_time_in_millis() > 0,
            "secret": os.environ.get("HOST_SECRET")}
`;
    expect((await python(code, 'snake')).status).toBe(201);
    const reply = await host.invoke('snake', { a: 'ü' });
    expect(reply.json).toEqual({
      got: { a: 'ü' },
      id: reply.headers['x-amzn-requestid'],
      left: true,
      secret: null,
    });
    const failed = await host.invoke('snake', { fail: 'luck' });
    expect(errorOf(failed)).toEqual([
      200,
      'Unhandled',
      {
        errorType: 'ValueError',
        errorMessage: 'no luck',
        requestId: failed.headers['x-amzn-requestid'],
        stackTrace: [
          '  File "/var/task/app/main.py", line 5, in handler\n    raise ValueError("no " + event["fail"])\n',
        ],
      },
    ]);
    await python('import nothing_of_this_name', 'lost');
    expect((await host.invoke('lost', {})).json.errorType).toBe('Runtime.ImportModuleError');
  });

  it('a custom runtime is any program that speaks the Runtime API', async () => {
    const bootstrap = `#!/bin/sh
base="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
  event=$(curl -sf -D headers.$$ "$base/next" -o - ) || exit 1
  id=$(tr -d '\\r' < headers.$$ | sed -n 's/^lambda-runtime-aws-request-id: //p')
  curl -sf -X POST "$base/$id/response" -d "{\\"shell\\":$event}" > /dev/null
done
`;
    const zip = zipOf([{ name: 'bootstrap', content: bootstrap, mode: PROGRAM_MODE }]);
    const more = { Runtime: 'provided.al2023', Handler: 'x', Code: { ZipFile: zip.toString('base64') } };
    await host.create('custom', {}, more);
    for (let i = 0; i < 2; i++) expect((await host.invoke('custom', { i })).json).toEqual({ shell: { i } });
    await host.create('hollow', { 'x.txt': '' }, { Runtime: 'provided.al2023', Handler: 'x' });
    expect((await host.invoke('hollow', {})).json.errorType).toBe('Runtime.InvalidEntrypoint');
  });
});

describe('logs', () => {
  it('hold what the function printed between START, END and REPORT; the tail comes with the answer', async () => {
    await host.create('chatty', {
      'index.js': `exports.handler = async () => { console.log('one\\ntwo', { a: 1 }); console.error('three'); };`,
    });
    const reply = await host.invoke('chatty', {}, { headers: { 'x-amz-log-type': 'Tail' } });
    const id = String(reply.headers['x-amzn-requestid']);
    const tail = Buffer.from(String(reply.headers['x-amz-log-result']), 'base64').toString();
    const lines = tail.trimEnd().split('\n');
    expect(lines).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      expect.stringMatching(new RegExp(`^\\S+Z\\t${id}\\tINFO\\tone\\rtwo \\{ a: 1 \\}$`)),
      expect.stringMatching(new RegExp(`^\\S+Z\\t${id}\\tERROR\\tthree$`)),
      `END RequestId: ${id}`,
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: [\\d.]+ ms$`,
        ),
      ),
    ]);
    await until('the file has them', () => lines.every((line) => host.logOf('chatty').includes(line)));
  });

  it('hold the last words of a process that ends', async () => {
    const code =
      'exports.handler = async () => { process.stdout.write("x".repeat(50000) + "\\nlast words\\n"); process.exit(1); };';
    await host.create('dying', { 'index.js': code });
    for (let i = 0; i < 5; i++) {
      const reply = await host.invoke('dying', {}, { headers: { 'x-amz-log-type': 'Tail' } });
      const tail = Buffer.from(String(reply.headers['x-amz-log-result']), 'base64').toString();
      expect(tail).toMatch(/\nlast words\n[\s\S]*exit status 1\nEND RequestId[\s\S]*REPORT RequestId/);
    }
  });

  it('are shown to their last 4 KB', async () => {
    await host.create('wordy', {
      'index.js':
        'exports.handler = async () => { for (let i = 0; i < 20_000; i++) console.log("word", i); };',
    });
    const reply = await host.invoke('wordy', {}, { headers: { 'x-amz-log-type': 'Tail' } });
    const tail = Buffer.from(String(reply.headers['x-amz-log-result']), 'base64');
    expect([tail.length, tail.toString()]).toEqual([4096, expect.stringContaining('word 19999')]);
  });
});

describe('a host', () => {
  it('that stops gives running calls their time, then ends every process', async () => {
    const other = await startTestHost();
    const file = join(scratch, 'stopping');
    const write = `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid))`;
    const endless = { 'index.js': `exports.handler = async () => { ${write}; for (;;); };` };
    await other.create('own', { 'index.js': pid });
    await other.create('busy', endless, { Timeout: 60 });
    await other.create('brief', { 'index.js': held('brief') }, { Timeout: 60 });
    const idle = Number((await other.invoke('own', {})).json);
    const running = other.invoke('busy', {}).catch(() => undefined);
    const brief = other.invoke('brief', {});
    await until('both run', () => existsSync(file) && begun('brief') === 1);
    const stopped = other.host.stop();
    release('brief');
    expect(errorOf(await brief)).toEqual([200, undefined, expect.any(Number)]);
    await stopped;
    await running;
    await until('none is left', () => ![idle, pidIn('stopping')].some(isAlive));
    await other.stop();
  });
});

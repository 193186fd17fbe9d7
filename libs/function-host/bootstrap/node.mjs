/**
 * Runs a Node.js handler over the Lambda Runtime API: loads `file.export`, asks for an invocation, calls the handler, posts
 * what came of it, and asks again. Started by the function host; needs nothing but Node.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
import { existsSync, realpathSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const { env } = process;
const [host, port] = (env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const EXTENSIONS = ['.js', '.mjs', '.cjs'];

const taskRoot = realpathSync(env.LAMBDA_TASK_ROOT ?? '.');

/** The invocation that runs: its context, and what ends it. */
let current;
let isServing = false;

// Without the host there is nothing to run for.
const orphaned = () => process.exit(1);

function call(method, path, body, headers = {}) {
  return new Promise((resolve) => {
    const sent = request(
      {
        host,
        port,
        agent,
        method,
        path: `/2018-06-01/runtime/${path}`,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ headers: answer.headers, body: Buffer.concat(chunks).toString('utf8') }),
        );
        answer.on('error', orphaned);
      },
    );
    sent.on('error', orphaned);
    sent.end(body);
  });
}

/** AWS's form of an error; anything may be thrown. */
function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: format('%s', error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: shown(error.stack ?? '').split('\n') };
}

/** As on AWS the code lies in /var/task; where it lies here is nobody's business. */
function shown(stack) {
  return stack.replaceAll(pathToFileURL(taskRoot).href, 'file:///var/task').replaceAll(taskRoot, '/var/task');
}

function runtimeError(errorType, errorMessage) {
  return Object.assign(new Error(errorMessage), { name: errorType });
}

const postError = (path, error) =>
  call('POST', path, JSON.stringify(describe(error)), {
    'content-type': 'application/json',
    'lambda-runtime-function-error-type': describe(error).errorType,
  });

// --- logging -----------------------------------------------------------------------------------------------------------

for (const [method, level] of [
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['debug', 'DEBUG'],
  ['trace', 'TRACE'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
]) {
  console[method] = (...values) => {
    const parts = [
      new Date().toISOString(),
      current?.context.awsRequestId ?? 'undefined',
      level,
      format(...values),
    ];
    process.stdout.write(`${parts.join('\t').replaceAll('\n', '\r')}\n`);
  };
}

// --- the handler -------------------------------------------------------------------------------------------------------

async function loadHandler() {
  const name = env._HANDLER ?? '';
  const match = /^([^.]*)\.(.+)$/.exec(basename(name));
  if (!match) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const [, file, path] = match;
  const module = await loadModule(join(dirname(name), file));
  const exported = [module, module.default].map((root) =>
    path.split('.').reduce((value, key) => value?.[key], root),
  );
  const handler = exported.find((value) => value !== undefined);
  if (handler === undefined) {
    throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function')
    throw runtimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  return handler;
}

async function loadModule(name) {
  const place = join(env.LAMBDA_TASK_ROOT ?? '.', name);
  const file = EXTENSIONS.map((extension) => place + extension).find((one) => existsSync(one));
  if (!file) throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw runtimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (/^(ERR_)?MODULE_NOT_FOUND$/.test(error?.code ?? '')) {
      throw runtimeError('Runtime.ImportModuleError', `Error: ${shown(error.message)}`);
    }
    throw error;
  }
}

function contextOf(headers, settle) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const client = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    ...(client && { clientContext: JSON.parse(client) }),
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    done: (error, result) => settle(error, result),
    fail: (error) => settle(error ?? new Error('handled')),
    succeed: (result) => settle(null, result),
  };
}

/**
 * Calls the handler. Resolves with its result: from its promise, from its callback (then, unless it says otherwise, once the
 * event loop is empty), or from `context.succeed` and the like.
 */
function run(handler, headers, event) {
  return new Promise((resolve, reject) => {
    let called;
    const finish = () =>
      called.error === null || called.error === undefined ? resolve(called.result) : reject(called.error);
    const settle = (waits) => (error, result) => {
      if (called) return;
      called = { error, result };
      if (!waits()) finish();
    };
    const context = contextOf(
      headers,
      settle(() => false),
    );
    const callback = settle(() => context.callbackWaitsForEmptyEventLoop);
    current = {
      context,
      reject,
      onEmptyLoop: () => (called ? finish() : isAsync ? reject(neverSettled()) : resolve(null)),
    };
    let isAsync = false;
    const returned = handler(event, context, callback);
    if (typeof returned?.then !== 'function') return;
    isAsync = true;
    returned.then(resolve, reject);
  });
}

const neverSettled = () =>
  runtimeError(
    'Runtime.NodeJsExit',
    'The Lambda runtime client detected an unexpected Node.js exit. This is most commonly caused by a Promise that was never settled.',
  );

function stringify(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw runtimeError('Runtime.MarshalError', 'Unable to stringify response body');
  }
}

// --- the loop ----------------------------------------------------------------------------------------------------------

process.on('beforeExit', () => current?.onEmptyLoop());

for (const [event, wrap] of [
  ['uncaughtException', (error) => error],
  [
    'unhandledRejection',
    (reason) =>
      Object.assign(runtimeError('Runtime.UnhandledPromiseRejection', format('%s', reason)), {
        stack: reason?.stack,
      }),
  ],
]) {
  process.on(event, async (thrown) => {
    const error = wrap(thrown);
    console.error(
      event === 'uncaughtException' ? 'Uncaught Exception' : 'Unhandled Promise Rejection',
      JSON.stringify(describe(error)),
    );
    const id = current?.context.awsRequestId;
    if (id !== undefined) await postError(`invocation/${id}/error`, error);
    else if (!isServing) await postError('init/error', error);
    process.exit(129);
  });
}

/** A reader that is behind leaves output in this process: the call is not over before all of it is handed over. */
const printed = () =>
  Promise.all(
    [process.stdout, process.stderr].map(
      (to) => new Promise((resolve) => (to.writable ? to.write('', resolve) : resolve())),
    ),
  );

async function serve(handler) {
  isServing = true;
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next');
    const id = headers['lambda-runtime-aws-request-id'];
    env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    try {
      const result = stringify(await run(handler, headers, JSON.parse(body)));
      await call('POST', `invocation/${id}/response`, result, { 'content-type': 'application/json' });
    } catch (error) {
      console.error('Invoke Error', JSON.stringify(describe(error)));
      await postError(`invocation/${id}/error`, error);
    }
    current = undefined;
    await printed();
  }
}

try {
  void serve(await loadHandler());
} catch (error) {
  console.error('Uncaught Exception', JSON.stringify(describe(error)));
  await postError('init/error', error);
  process.exit(1);
}

/** Calls of functions, from the wire to a process and back. */
import type { Reply } from './testing/signed-client';
import { startTestHost, type TestHost } from './testing/test-host';

jest.setTimeout(60_000);

let host: TestHost;
beforeAll(async () => {
  host = await startTestHost();
});
afterAll(() => host.stop());

const handlers: Record<string, string> = {
  'async.js': 'exports.handler = async (event) => ({ got: event });',
  'callback.js':
    'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { got: event }), 5); };',
  'module.mjs':
    'import { format } from "node:util"; export const handler = async (event) => ({ got: event, text: format("%s", 1) });',
  'lib/nested/deep.js': 'exports.api = { handler: async (event) => ({ got: event }) };',
  'context.js': `exports.handler = async (event, context) => ({
    id: context.awsRequestId, name: context.functionName, version: context.functionVersion, arn: context.invokedFunctionArn,
    memory: context.memoryLimitInMB, group: context.logGroupName, stream: context.logStreamName,
    remaining: context.getRemainingTimeInMillis(), client: context.clientContext ?? null });`,
  'lingering.js': `exports.handler = (event, context, callback) => {
    context.callbackWaitsForEmptyEventLoop = event.waits;
    globalThis.started = Date.now();
    setTimeout(() => { globalThis.late = true; }, 1500);
    callback(null, 'x');
  };`,
  'succeed.js': 'exports.handler = (event, context) => context.succeed({ got: event });',
  'sync.js': 'exports.handler = () => "ignored";',
  'never.js': 'exports.handler = () => new Promise(() => undefined);',
  'lost.mjs': 'import "./nothing.mjs"; export const handler = () => 1;',
  'throws.js': 'exports.handler = async () => { throw new RangeError("too far"); };',
  'string.js': 'exports.handler = (event, context, callback) => callback("just text");',
  'uncaught.js':
    'exports.handler = () => new Promise(() => setTimeout(() => { throw new TypeError("late"); }, 5));',
  'exit.js': 'exports.handler = async () => process.exit(3);',
  'circular.js': 'exports.handler = async () => { const a = {}; a.a = a; return a; };',
  'broken.js': 'exports.handler = (',
  'large.js': 'exports.handler = async () => "x".repeat(7 * 1024 * 1024);',
};

async function created(handler: string): Promise<string> {
  const name = handler.replace(/\W/g, '-');
  const reply = await host.create(name, handlers, { Handler: handler });
  expect([reply.status, reply.json.State]).toEqual([201, 'Active']);
  return name;
}
const outcomeOf = ({ status, headers, json }: Reply) => [status, headers['x-amz-function-error'], json];

describe('a Node.js handler', () => {
  it.each([['async.handler'], ['callback.handler'], ['lib/nested/deep.api.handler'], ['succeed.handler']])(
    '%s gets the event and its result is the answer',
    async (handler) => {
      const reply = await host.invoke(await created(handler), { a: [1, 'ü'] });
      expect(outcomeOf(reply)).toEqual([200, undefined, { got: { a: [1, 'ü'] } }]);
      expect(reply.headers['x-amz-executed-version']).toBe('$LATEST');
    },
  );

  it('may be an ES module', async () => {
    const reply = await host.invoke(await created('module.handler'), { a: 1 });
    expect(reply.json).toEqual({ got: { a: 1 }, text: '1' });
  });

  it('gets an empty event where there is no payload, and null is the answer where nothing is returned', async () => {
    expect((await host.invoke('async-handler')).json).toEqual({ got: {} });
    expect((await host.invoke(await created('sync.handler'), {})).json).toBeNull();
  });

  it('has a context of its own for each call', async () => {
    const name = await created('context.handler');
    const client = Buffer.from('{"custom":{"ü":1}}').toString('base64');
    const reply = await host.invoke(name, {}, { headers: { 'x-amz-client-context': client } });
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    expect(reply.json).toMatchObject({
      id: reply.headers['x-amzn-requestid'],
      name,
      version: '$LATEST',
      arn,
      memory: '128',
      group: `/aws/lambda/${name}`,
      client: { custom: { ü: 1 } },
    });
    expect(reply.json.stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(reply.json.remaining).toBeGreaterThan(2000);
    expect(reply.json.remaining).toBeLessThanOrEqual(3000);
    expect((await host.invoke(`${name}:$LATEST`, {})).json.arn).toBe(`${arn}:$LATEST`);
  });

  it('that answers by callback is waited for until its event loop is empty, unless it says otherwise', async () => {
    const name = await created('lingering.handler');
    await host.invoke(name, { waits: true });
    const timed = async (waits: boolean): Promise<number> => {
      const start = performance.now();
      expect((await host.invoke(name, { waits })).json).toBe('x');
      return performance.now() - start;
    };
    expect(await timed(true)).toBeGreaterThan(1490);
    expect(await timed(false)).toBeLessThan(750);
  });

  it.each([
    [
      'throws.handler',
      {
        errorType: 'RangeError',
        errorMessage: 'too far',
        trace: expect.arrayContaining([
          expect.stringMatching(/(?:\(| )(?:file:\/\/)?\/var\/task\/throws\.js:/),
        ]),
      },
    ],
    ['string.handler', { errorType: 'string', errorMessage: 'just text', trace: [] }],
    ['uncaught.handler', { errorType: 'TypeError', errorMessage: 'late', trace: expect.any(Array) }],
    [
      'never.handler',
      {
        errorType: 'Runtime.NodeJsExit',
        errorMessage: expect.stringContaining('never settled'),
        trace: expect.any(Array),
      },
    ],
    [
      'circular.handler',
      {
        errorType: 'Runtime.MarshalError',
        errorMessage: 'Unable to stringify response body',
        trace: expect.any(Array),
      },
    ],
    [
      'broken.handler',
      {
        errorType: 'Runtime.UserCodeSyntaxError',
        errorMessage: expect.stringContaining('SyntaxError'),
        trace: expect.any(Array),
      },
    ],
    [
      'missing.handler',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: "Error: Cannot find module 'missing'",
        trace: expect.any(Array),
      },
    ],
    [
      'lost.handler',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringMatching(/^Error: Cannot find module '\/var\/task\/nothing\.mjs'/),
        trace: expect.any(Array),
      },
    ],
    [
      'async.absent',
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'async.absent is undefined or not exported',
        trace: expect.any(Array),
      },
    ],
    [
      'large.handler',
      {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    ],
  ])('%s fails its call with AWS’s form of an error', async (handler, error) => {
    expect(outcomeOf(await host.invoke(await created(handler), {}))).toEqual([200, 'Unhandled', error]);
  });

  it('that ends its process fails its call alone; the next call gets a new process', async () => {
    const name = await created('exit.handler');
    for (let i = 0; i < 2; i++) {
      const reply = await host.invoke(name, {});
      const id = String(reply.headers['x-amzn-requestid']);
      expect(outcomeOf(reply)).toEqual([
        200,
        'Unhandled',
        {
          errorType: 'Runtime.ExitError',
          errorMessage: `RequestId: ${id} Error: Runtime exited with error: exit status 3`,
        },
      ]);
    }
  });
});

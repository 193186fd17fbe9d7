// Every operation of the AWS SDK for JavaScript against this lib: what the client sends is read back as its input, what
// this lib answers is read by the client as the output.
import * as v1 from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { AwsError, serialiseError } from './aws-error';
import { findOperation } from './find-operation';
import { allOperations, shapeOf } from './operations';
import { parseInput } from './parse-input';
import { serialiseOutput } from './serialise-output';
import type { MemberSpec, ServiceName, Shape, StructureShape } from './service-model';
import type { WireRequest, WireResponse } from './wire';

type Answer = (request: WireRequest) => WireResponse;

const sdk = { apigateway: v1, apigatewayv2: v2 } as unknown as Record<
  string,
  Record<string, new (input: unknown) => never>
>;
let answer: Answer = () => ({ status: 500, headers: {}, body: '' });

const config = {
  region: 'eu-west-1',
  endpoint: 'http://gateway.test',
  credentials: { accessKeyId: 'K', secretAccessKey: 's' },
  maxAttempts: 1,
  requestHandler: { handle: async (sent: SdkRequest) => ({ response: toSdk(answer(fromSdk(sent))) }) },
};
interface SdkClient {
  send(command: unknown): Promise<Record<string, unknown>>;
}
const clients = {
  apigateway: new v1.APIGatewayClient(config) as unknown as SdkClient,
  apigatewayv2: new v2.ApiGatewayV2Client(config) as unknown as SdkClient,
};

async function call(
  service: 'apigateway' | 'apigatewayv2',
  name: string,
  input: unknown,
): Promise<Record<string, unknown>> {
  const Command = sdk[service]?.[`${name}Command`];
  if (!Command) throw new Error(`the SDK has no ${name}`);
  const { $metadata, ...output } = await clients[service].send(new Command(input));
  expect($metadata).toBeDefined();
  return output;
}

const operations = (['apigateway', 'apigatewayv2'] as const).flatMap((service) =>
  allOperations(service)
    .filter(({ name }) => sdk[service]?.[`${name}Command`])
    .map((operation) => [`${service}:${operation.name}`, service, operation] as const),
);

describe('the SDK and this lib agree', () => {
  it('the SDK knows nearly every operation of the model', () => {
    expect(operations.length).toBeGreaterThan(220);
  });

  it.each(operations)('%s: any input arrives, any output returns', async (_, service, operation) => {
    const inputs = arbitrary(service, operation.input, true);
    const outputs =
      operation.output === undefined ? fc.constant({}) : arbitrary(service, operation.output, false);
    await fc.assert(
      fc.asyncProperty(inputs, outputs, async (input, output) => {
        let received: unknown;
        answer = (request) => {
          const matched = findOperation(request);
          if (matched?.operation !== operation) throw new Error(`dispatched to ${matched?.operation.name}`);
          received = parseInput(matched, request);
          return serialiseOutput(operation, output as Record<string, unknown>);
        };
        const returned = await call(service, operation.name, input);
        expect(plain(received)).toEqual(plain(input));
        expect(plain(returned)).toEqual(plain(output));
      }),
      { numRuns: 8 },
    );
  });

  it('an error arrives by its class, with message, status, request id and details', async () => {
    answer = () =>
      serialiseError(AwsError.notFound('Invalid API identifier specified'), 'req-1', 'apigateway');
    const missing = await call('apigateway', 'GetRestApi', { restApiId: 'x' }).catch(
      (error: unknown) => error,
    );
    expect(missing).toBeInstanceOf(v1.NotFoundException);
    expect(missing).toMatchObject({
      message: 'Invalid API identifier specified',
      $metadata: { httpStatusCode: 404, requestId: 'req-1' },
    });

    answer = () => serialiseError(AwsError.limitExceeded('m', { retryAfterSeconds: '7' }), 'r', 'apigateway');
    const limited = await call('apigateway', 'GetRestApi', { restApiId: 'x' }).catch(
      (error: unknown) => error,
    );
    expect(limited).toBeInstanceOf(v1.LimitExceededException);
    expect(limited).toMatchObject({ retryAfterSeconds: '7' });

    answer = () => serialiseError(AwsError.notFound('m', { resourceType: 'Api' }), 'r', 'apigatewayv2');
    const absent = await call('apigatewayv2', 'GetApi', { ApiId: 'x' }).catch((error: unknown) => error);
    expect(absent).toBeInstanceOf(v2.NotFoundException);
    expect(absent).toMatchObject({ ResourceType: 'Api' });

    answer = () => serialiseError(AwsError.validation('1 validation error detected'), 'r', 'apigateway');
    const unmodelled = await call('apigateway', 'GetRestApi', { restApiId: 'x' }).catch(
      (error: unknown) => error,
    );
    expect(unmodelled).toMatchObject({ name: 'ValidationException', message: '1 validation error detected' });
  });
});

/** Any value of the shape; inputs keep to what a client can send. */
function arbitrary(
  service: ServiceName,
  name: string,
  isInput: boolean,
  member?: MemberSpec,
): fc.Arbitrary<unknown> {
  const shape = shapeOf(service, name);
  switch (shape.type) {
    case 'structure':
      return structure(service, shape, isInput);
    case 'list':
      return fc.array(arbitrary(service, shape.member, isInput), {
        maxLength: 2,
        minLength: member?.in ? 1 : 0,
      });
    case 'map':
      return member?.in
        ? fc.dictionary(fc.stringMatching(/^p[!-~]{0,4}$/), text, { minKeys: 1, maxKeys: 2 })
        : fc.dictionary(text, arbitrary(service, shape.value, isInput), {
            maxKeys: 2,
            noNullPrototype: true,
          });
    default:
      return scalar(shape, member);
  }
}

function scalar(shape: Shape, member?: MemberSpec): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'string':
      return string(shape.enum ?? member?.enum, shape.pattern, member);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'long':
      return fc.integer();
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0 || 0);
    case 'timestamp':
      return fc.integer({ min: 0, max: 4e9 }).map((seconds) => new Date(seconds * 1000));
    default:
      return text.map((content) => new Uint8Array(Buffer.from(`x${content}`)));
  }
}

// botocore's model has this member, the JavaScript SDK's has not.
const sdkTypes = shapeOf('apigateway', 'SdkTypes');
const unknownToSdk = new Set(sdkTypes.type === 'structure' ? [sdkTypes.members['position']] : []);

const text = fc.string({ unit: 'grapheme', maxLength: 6 });

function string(
  values: readonly string[] | undefined,
  pattern: string | undefined,
  member?: MemberSpec,
): fc.Arbitrary<string> {
  if (values) return fc.constantFrom(...values);
  if (pattern !== undefined)
    return pattern.includes('\\d') ? fc.constantFrom('200', '404') : fc.constant('abcdefghij');
  if (member?.in === 'header') return fc.stringMatching(/^[a-z]+\/[a-z]+$/);
  return member?.in === 'uri' ? text.map((value) => `/${value}+`) : text;
}

function structure(service: ServiceName, shape: StructureShape, isInput: boolean): fc.Arbitrary<unknown> {
  const entries = Object.entries(shape.members).filter(([, member]) => !unknownToSdk.has(member));
  const record = Object.fromEntries(
    entries.map(([key, member]) => [key, arbitrary(service, member.shape, isInput, member)]),
  );
  // The client adds an Accept header of its own, and the server a body and a content type.
  const always = entries
    .filter(([key, member]) => member.in === 'header' || key === shape.payload)
    .map(([key]) => key);
  const requiredKeys = [...new Set([...(shape.required ?? []), ...always])];
  return fc.record(record, { requiredKeys, noNullPrototype: true });
}

/** Without prototypes and byte classes, for comparison. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, plain(one)]),
  );
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

function fromSdk({ method, path, query = {}, headers, body = '' }: SdkRequest): WireRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const bytes = typeof body === 'string' ? Buffer.from(body) : new Uint8Array(body);
  return { method, path, query: pairs.join('&'), headers: new Map(lower), body: bytes };
}

function toSdk({ status, headers, body }: WireResponse) {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { statusCode: status, headers: Object.fromEntries(lower), body: Readable.from([Buffer.from(body)]) };
}

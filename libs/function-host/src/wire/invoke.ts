/** The Invoke operation. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
import { functionArn, parseFunctionName } from '../functions/function-name';
import type { FunctionService, Resolved } from '../functions/function-service';
import { policyOf } from '../functions/permission-service';
import { allowsService } from '../functions/resource-policy';
import type { EventQueue } from '../invoke/event-queue';
import type { Call, Invoker } from '../invoke/invoker';
import { accessDenied, invalidContent, requestTooLarge } from '../lambda-fault';
import type { Answered } from '../sandbox/sandbox-pool';
import type { Caller } from './guard';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB synchronous, 1 MB asynchronous. */
export const MAX_INVOKE_BYTES = 6_291_456;
export const MAX_EVENT_BYTES = 1_048_576;

export interface InvokeInput {
  readonly FunctionName: string;
  readonly Qualifier?: string;
  readonly InvocationType?: string;
  readonly LogType?: string;
  /** Base64 of JSON. */
  readonly ClientContext?: string;
  readonly Payload: Uint8Array;
}

export interface InvokeRequest {
  readonly input: InvokeInput;
  readonly caller: Caller;
  readonly requestId: string;
  /** `X-Amzn-Trace-Id` of the caller. */
  readonly traceId?: string;
}

export interface InvokeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface InvokeParts {
  readonly functions: FunctionService;
  readonly invoker: Invoker;
  readonly events: EventQueue;
}

const NOTHING = Buffer.alloc(0);

/** Rejects with AwsError; what goes wrong in the function is an answer with `X-Amz-Function-Error`. */
export async function invoke(parts: InvokeParts, request: InvokeRequest): Promise<InvokeAnswer> {
  const { input, requestId } = request;
  const accountId = accountOf(request);
  const resolved = parts.functions.resolve(accountId, input.FunctionName, input.Qualifier);
  authorize(parts.functions, resolved, request.caller);
  const call: Call = {
    requestId,
    payload: payloadOf(input),
    traceId: request.traceId ?? newTraceId(requestId),
    ...clientContextOf(input),
    withTail: input.LogType === 'Tail',
  };
  switch (input.InvocationType) {
    case 'DryRun':
      return { status: 204, headers: {}, body: NOTHING };
    case 'Event':
      enqueue(parts, request, accountId, call);
      return { status: 202, headers: {}, body: NOTHING };
    default:
      return answerOf(resolved, await parts.invoker.invoke(resolved, call));
  }
}

/** The gateway calls functions of any account, by their ARN. */
function accountOf({ caller, input }: InvokeRequest): string {
  const named = caller.mayInvokeOnly ? parseFunctionName(input.FunctionName).accountId : undefined;
  return named ?? caller.accountId;
}

/** An account may call its functions; API Gateway needs a statement that allows this very source. */
function authorize(functions: FunctionService, resolved: Resolved, { sourceArn }: Caller): void {
  if (sourceArn === undefined) return;
  const { record, qualifier } = resolved;
  const [service, action] = ['apigateway.amazonaws.com', 'lambda:InvokeFunction'];
  if (allowsService(policyOf(record, qualifier ?? ''), { service, action, sourceArn })) return;
  throw accessDenied(service, action, functionArn(functions.place(record.accountId), record.name, qualifier));
}

/** No payload is an empty event. */
function payloadOf({ Payload, InvocationType }: InvokeInput): Uint8Array {
  const limit = InvocationType === 'Event' ? MAX_EVENT_BYTES : MAX_INVOKE_BYTES;
  if (Payload.byteLength > limit) throw requestTooLarge(limit, 'InvokeFunction');
  if (Payload.byteLength === 0) return Buffer.from('{}');
  try {
    JSON.parse(Buffer.from(Payload.buffer, Payload.byteOffset, Payload.byteLength).toString('utf8'));
    return Payload;
  } catch (error) {
    throw invalidContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
}

function clientContextOf({ ClientContext }: InvokeInput): Pick<Call, 'clientContext'> {
  if (ClientContext === undefined) return {};
  try {
    // Written again, so that it fits in a header field.
    const value: unknown = JSON.parse(Buffer.from(ClientContext, 'base64').toString('utf8'));
    return { clientContext: JSON.stringify(value).replace(/[^\x20-\x7e]/g, escape) };
  } catch {
    throw invalidContent('Client context must be a valid Base64-encoded JSON object.');
  }
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function newTraceId(requestId: string): string {
  const digits = requestId.replaceAll('-', '');
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${digits.slice(0, 24)};Parent=${digits.slice(16)};Sampled=0`;
}

/** Each attempt looks the function up again: it may have changed, or be gone. */
function enqueue(
  { functions, invoker, events }: InvokeParts,
  { input }: InvokeRequest,
  accountId: string,
  call: Call,
): void {
  events.add({
    requestId: call.requestId,
    bytes: call.payload.byteLength,
    attempt: async () => {
      const resolved = functions.resolve(accountId, input.FunctionName, input.Qualifier);
      const { outcome } = await invoker.invoke(resolved, { ...call, withTail: false });
      return !outcome.failed;
    },
  });
}

function answerOf({ version }: Resolved, { outcome, tail }: Answered): InvokeAnswer {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': version.version,
      ...(outcome.failed && { 'x-amz-function-error': 'Unhandled' }),
      ...(tail && { 'x-amz-log-result': tail.toString('base64') }),
    },
    body: outcome.payload,
  };
}

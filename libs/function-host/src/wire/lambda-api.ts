/** From an admitted request to its answer: finds the operation, checks the input, runs the handler. */
import {
  AwsError,
  findOperation,
  notImplemented,
  parseInput,
  serialiseError,
  serialiseOutput,
  type WireRequest,
} from '@gatehouse/aws-wire';
import type { Caller } from './guard';
import { accessDenied } from '../lambda-fault';
import { invoke, type InvokeInput, type InvokeParts } from './invoke';
import type { OperationHandler } from './operations';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

export class LambdaApi {
  constructor(
    private readonly operations: Readonly<Record<string, OperationHandler>>,
    private readonly invocation: InvokeParts,
    /** Hears of broken promises of our own; the client only of a 500. */
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Rejects with what ends the call; `failed` makes an answer of it. */
  async answer(request: WireRequest, caller: Caller, requestId: string): Promise<Answer> {
    const matched = findOperation(request, ['lambda']);
    if (!matched) throw AwsError.unknownOperation();
    const { operation } = matched;
    const input = parseInput(matched, request);
    if (operation.name === 'Invoke') {
      const traceId = request.headers.get('x-amzn-trace-id');
      return invoke(this.invocation, {
        input: input as unknown as InvokeInput,
        caller,
        requestId,
        ...(traceId !== undefined && { traceId }),
      });
    }
    if (caller.mayInvokeOnly) throw accessDenied('apigateway.amazonaws.com', `lambda:${operation.name}`, '*');
    const handler = Object.hasOwn(this.operations, operation.name)
      ? this.operations[operation.name]
      : undefined;
    if (!handler) throw notImplemented(operation);
    return serialiseOutput(operation, await handler(input as never, caller.accountId));
  }

  failed(error: unknown, requestId: string): Answer {
    if (!(error instanceof AwsError)) this.onFault(error);
    return serialiseError(error instanceof AwsError ? error : AwsError.internal(), requestId, 'lambda');
  }
}

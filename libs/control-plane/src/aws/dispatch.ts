/** The AWS surface: a request becomes an operation, its handler runs, the answer is written in AWS's form. */
import {
  AwsError,
  findOperation,
  notImplemented,
  parseInput,
  serialiseError,
  serialiseOutput,
  toCatalogCase,
  toModelCase,
  type Operation,
  type WireRequest,
  type WireResponse,
} from '@gatehouse/aws-wire';
import { CatalogFault } from '@gatehouse/catalog';
import type { Caller } from '../security/credentials';
import type { OperationHandler } from './handler';

const STATUS: Readonly<Record<CatalogFault['code'], number>> = {
  BadRequestException: 400,
  NotFoundException: 404,
  ConflictException: 409,
  LimitExceededException: 429,
};

export class AwsSurface {
  private readonly handlers: ReadonlyMap<string, OperationHandler>;

  constructor(handlers: readonly OperationHandler[]) {
    this.handlers = new Map(handlers.map((handler) => [`${handler.service}:${handler.name}`, handler]));
  }

  /** Names that have a handler, as `service:Operation`. */
  implemented(): string[] {
    return [...this.handlers.keys()];
  }

  /** Never rejects; `onFault` hears of broken promises of our own, the client only of a 500. */
  async answer(
    request: WireRequest,
    caller: Caller,
    requestId: string,
    onFault: (error: unknown) => void,
  ): Promise<WireResponse> {
    const matched = findOperation(request);
    try {
      if (!matched) throw AwsError.unknownOperation();
      const output = await this.run(matched.operation, parseInput(matched, request), caller);
      const response = serialiseOutput(matched.operation, output);
      return { ...response, headers: { ...response.headers, 'x-amzn-RequestId': requestId } };
    } catch (error) {
      return serialiseError(toAwsError(error, onFault), requestId, matched?.operation.service);
    }
  }

  private async run(
    operation: Operation,
    input: Record<string, unknown>,
    caller: Caller,
  ): Promise<Record<string, unknown> | undefined> {
    const handler = this.handlers.get(`${operation.service}:${operation.name}`);
    if (!handler) throw notImplemented(operation);
    const output = await handler.handle(toCatalogCase(operation, input) as never, caller);
    return output === undefined ? undefined : toModelCase(operation, output as Record<string, unknown>);
  }
}

export function toAwsError(error: unknown, onFault: (error: unknown) => void): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof CatalogFault) return new AwsError(error.code, STATUS[error.code], error.message);
  if (isUnstorableText(error))
    return AwsError.badRequest('Text must be well-formed Unicode without the character U+0000');
  onFault(error);
  return isDatabaseAway(error)
    ? AwsError.serviceUnavailable('The database is out of reach.')
    : AwsError.internal();
}

/** PostgreSQL's jsonb and text hold any text but NUL and lone surrogates: SQLSTATE 22P05, 22021 and 22P02. */
function isUnstorableText(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '22P05' || code === '22021' || code === '22P02';
}

function isDatabaseAway(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return /^(ECONN|EPIPE|ETIMEDOUT|57P0|08)/.test(code) || /timeout|Connection terminated/i.test(message);
}

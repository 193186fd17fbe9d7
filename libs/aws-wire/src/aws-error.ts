// Errors as AWS names them: what an operation throws to end a call, and how that is written on the wire.
import type { Operation } from './operations';
import { findShape, wireName } from './operations';
import type { ServiceName } from './service-model';
import type { WireResponse } from './wire';

/** Further members of a modelled error: `retryAfterSeconds` (v1), `resourceType` and `limitType` (v2), `type` (lambda). */
export type ErrorDetails = Readonly<Record<string, string>>;

/** An answer other than success. `message` reaches the client, so it holds no internals. */
export class AwsError extends Error {
  override readonly name = 'AwsError';

  constructor(
    /** AWS's name of the error, e.g. `NotFoundException`. */
    readonly code: string,
    readonly status: number,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }

  static badRequest(message: string): AwsError {
    return new AwsError('BadRequestException', 400, message);
  }

  /** A modelled constraint is broken. */
  static validation(message: string): AwsError {
    return new AwsError('ValidationException', 400, message);
  }

  /** The request is not of the form that the model describes. */
  static serialization(message: string): AwsError {
    return new AwsError('SerializationException', 400, message);
  }

  static unauthorized(message: string): AwsError {
    return new AwsError('UnauthorizedException', 401, message);
  }

  static accessDenied(message: string): AwsError {
    return new AwsError('AccessDeniedException', 403, message);
  }

  static notFound(message: string, details?: ErrorDetails): AwsError {
    return new AwsError('NotFoundException', 404, message, details);
  }

  static conflict(message: string): AwsError {
    return new AwsError('ConflictException', 409, message);
  }

  static limitExceeded(message: string, details?: ErrorDetails): AwsError {
    return new AwsError('LimitExceededException', 429, message, details);
  }

  static tooManyRequests(message: string, details?: ErrorDetails): AwsError {
    return new AwsError('TooManyRequestsException', 429, message, details);
  }

  static serviceUnavailable(message: string, details?: ErrorDetails): AwsError {
    return new AwsError('ServiceUnavailableException', 503, message, details);
  }

  /** A broken promise of our own; the cause stays in the log. */
  static internal(): AwsError {
    return new AwsError('InternalFailure', 500, 'The request failed because of an internal error.');
  }

  /** No model has an operation for this request. */
  static unknownOperation(): AwsError {
    return new AwsError('UnknownOperationException', 404, 'No operation has this method and path.');
  }
}

/** AWS has the operation, Gatehouse does not; 501, because SDKs do not retry it. */
export function notImplemented(operation: Pick<Operation, 'service' | 'name'>): AwsError {
  const message = `Gatehouse does not implement ${operation.service}:${operation.name} yet.`;
  return new AwsError('NotImplementedException', 501, message);
}

/** Writes an error in the REST-JSON form; details go where the service's model of that error puts them, else nowhere. */
export function serialiseError(error: AwsError, requestId: string, service?: ServiceName): WireResponse {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amzn-ErrorType': error.code,
    'x-amzn-RequestId': requestId,
  };
  const body: Record<string, string> = { [messageName(error, service)]: error.message };
  for (const { name, value, inHeader } of placedDetails(error, service)) {
    if (inHeader) headers[name] = value;
    else body[name] = value;
  }
  return { status: error.status, headers, body: JSON.stringify(body) };
}

/** Most errors spell it `message`; some of Lambda's are modelled with `Message`. */
function messageName(error: AwsError, service: ServiceName | undefined): string {
  const shape = service && findShape(service, error.code);
  if (shape?.type !== 'structure') return 'message';
  const member = Object.entries(shape.members).find(([name]) => name.toLowerCase() === 'message');
  return member ? wireName(...member) : 'message';
}

function placedDetails(error: AwsError, service: ServiceName | undefined) {
  const shape = service && findShape(service, error.code);
  if (shape?.type !== 'structure') return [];
  return Object.entries(shape.members).flatMap(([member, spec]) => {
    const value = error.details[member.charAt(0).toLowerCase() + member.slice(1)];
    return value === undefined
      ? []
      : [{ name: wireName(member, spec), value, inHeader: spec.in === 'header' }];
  });
}

/** The refusals of the Lambda API, by AWS's names and in AWS's words. Each ends an operation when thrown. */
import { AwsError } from '@gatehouse/aws-wire';

/** Lambda's errors say whose fault it was. */
const USER = { type: 'User' };

export function functionNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', 404, `Function not found: ${arn}`, USER);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 404, message, USER);
}

export function conflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', 409, message, USER);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', 400, message, USER);
}

export function invalidContent(message: string): AwsError {
  return new AwsError('InvalidRequestContentException', 400, message, USER);
}

export function preconditionFailed(): AwsError {
  return new AwsError(
    'PreconditionFailedException',
    412,
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction or the GetAlias API to retrieve the latest RevisionId',
    USER,
  );
}

export type ThrottleReason =
  'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded';

export function throttled(reason: ThrottleReason): AwsError {
  return new AwsError('TooManyRequestsException', 429, 'Rate Exceeded.', { ...USER, reason });
}

export function requestTooLarge(limitBytes: number, operation: string): AwsError {
  return new AwsError(
    'RequestTooLargeException',
    413,
    `Request must be smaller than ${limitBytes} bytes for the ${operation} operation`,
    USER,
  );
}

export function accessDenied(who: string, action: string, resource: string): AwsError {
  return AwsError.accessDenied(
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no resource-based policy allows the ${action} action`,
  );
}

// AWS's REST-JSON protocol as data: from a request to an operation and its input, from an output or error to an answer.
export { AwsError, notImplemented, serialiseError, type ErrorDetails } from './aws-error';
export { findOperation, type Matched, type RequestTarget } from './find-operation';
export { allOperations, type Operation } from './operations';
export { parseInput } from './parse-input';
export { serialiseOutput } from './serialise-output';
export type { ServiceName } from './service-model';
export type { WireRequest, WireResponse } from './wire';
export * from './member-case';

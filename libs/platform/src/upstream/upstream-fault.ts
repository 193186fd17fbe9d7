/** What went wrong at an origin, in the words of the engine's port. Messages name no address: they may reach a log. */
import { UpstreamError, type UpstreamFault } from '@gatehouse/engine';
import { BlockedAddressError } from './origin-connector';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'EPIPE',
]);
const UNRESOLVED = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME']);

/** `isConnected` = the request was, at least in part, handed to a connection. */
export function upstreamError(error: unknown, isConnected: boolean): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const fault = isConnected ? 'broken' : connectFault(error);
  return new UpstreamError(fault, MESSAGES[fault] + codeSuffix(error));
}

function connectFault(error: unknown): UpstreamFault {
  if (error instanceof BlockedAddressError) return 'blocked';
  const code = codeOf(error);
  if (UNRESOLVED.has(code) || code.startsWith('EAI_') || code === 'ERR_INVALID_URL') return 'unresolved';
  return UNREACHABLE.has(code) ? 'refused' : 'broken';
}

/** Node tries several addresses and reports the failures together; the first stands for all. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function codeSuffix(error: unknown): string {
  const code = codeOf(error);
  return code === '' ? '' : ` (${code})`;
}

const MESSAGES: Readonly<Record<UpstreamFault, string>> = {
  timeout: 'the origin did not answer in time',
  refused: 'the origin refused the connection',
  unresolved: "the origin's name has no address",
  blocked: "the origin's address may not be called",
  broken: 'the exchange with the origin broke off',
  aborted: 'the client went away',
};

export function fault(kind: UpstreamFault): UpstreamError {
  return new UpstreamError(kind, MESSAGES[kind]);
}

/** What native routes read of a request. */
import { AwsError } from '@gatehouse/aws-wire';
import type { AdminRequest } from '../security/admin-request';
import type { Caller } from '../security/credentials';
import type { PageRequest } from '../services/pages';

export function callerOf(request: AdminRequest): Caller {
  if (!request.caller) throw new Error('the guard let a request pass without a caller');
  return request.caller;
}

/** The JSON object in the body; none = empty. */
export function bodyOf(request: AdminRequest): Record<string, unknown> {
  const text = request.rawBody?.toString('utf8').trim() ?? '';
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // falls through to the refusal below
  }
  throw AwsError.badRequest('The body must be a JSON object');
}

export function pageRequest(cursor: string | undefined, limit: string | undefined): PageRequest {
  return { ...(cursor && { cursor }), ...(limit !== undefined && { limit: Number(limit) }) };
}

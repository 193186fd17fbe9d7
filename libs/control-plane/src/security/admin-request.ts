/** An admin request as the guard and the AWS surface see it: raw, before any framework reads it. */
import type { WireRequest } from '@gatehouse/aws-wire';
import type { Request } from 'express';
import type { Caller } from './credentials';

/** What our middleware and guard put beside Express's own members. */
export interface AdminRequest extends Request {
  rawBody?: Buffer;
  requestId?: string;
  caller?: Caller;
}

export function wireRequest(request: AdminRequest): WireRequest {
  const url = request.originalUrl;
  const mark = url.indexOf('?');
  return {
    method: request.method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: new Map(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body: request.rawBody ?? new Uint8Array(),
  };
}

export function isNative(path: string): boolean {
  return path === '/admin' || path.startsWith('/admin/');
}

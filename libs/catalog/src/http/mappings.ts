/**
 * Syntax of HTTP API parameter mappings, and the headers that AWS keeps for itself (developer guide, "Transform API requests
 * and responses for HTTP APIs", reserved headers).
 */
import { badRequest } from '../fault';
import type { StringMap } from '../rest/types';

const REQUEST_KEY = /^(?:(?:append|overwrite|remove):(?:header|querystring)\.(\S+)|overwrite:path)$/;
const RESPONSE_KEY = /^(?:(?:append|overwrite|remove):header\.(\S+)|overwrite:statuscode)$/;
const RESERVED = new Set(
  [
    'authorization connection content-encoding content-length content-location forwarded keep-alive origin',
    'proxy-authenticate proxy-authorization te trailers transfer-encoding upgrade x-forwarded-for x-forwarded-host',
    'x-forwarded-proto via',
  ].flatMap((names) => names.split(' ')),
);
const RESERVED_PREFIX = /^(?:access-control-|apigw-|x-amz-|x-amzn-)/;

export function requireRequestKeys(parameters: StringMap | undefined): void {
  for (const key of Object.keys(parameters ?? {})) requireKey(key, REQUEST_KEY);
}

/** By status code, 200 to 599. */
export function requireResponseKeys(parameters: Readonly<Record<string, StringMap>> | undefined): void {
  for (const [status, mappings] of Object.entries(parameters ?? {})) {
    if (!/^[2-5]\d\d$/.test(status))
      throw badRequest(`Invalid status code for responseParameters: ${status}`);
    for (const key of Object.keys(mappings)) requireKey(key, RESPONSE_KEY);
  }
}

function requireKey(key: string, form: RegExp): void {
  const match = form.exec(key);
  if (!match) throw badRequest(`Invalid parameter mapping key specified: ${key}`);
  const header = key.includes(':header.') ? (match[1] ?? '').toLowerCase() : '';
  if (RESERVED.has(header) || RESERVED_PREFIX.test(header)) {
    throw badRequest(`Operations on header ${header} are restricted`);
  }
}

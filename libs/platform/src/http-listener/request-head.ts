/**
 * The rules for a request head that node:http leaves to us. What two readers could understand differently is refused; see
 * reference/reliability 2.1 for the vectors.
 */
import type { HeaderList } from '@gatehouse/engine';

export interface RawHead {
  readonly method: string;
  readonly target: string;
  /** `1.1` */
  readonly version: string;
  readonly headers: readonly string[];
}

export interface SoundHead {
  readonly path: string;
  readonly query: string;
  /** Lower case, without port. */
  readonly host: string;
  readonly headers: HeaderList;
  /** `undefined` = chunked. */
  readonly bodyBytes: number | undefined;
  /** node:http loses what follows such a request in the same packet, so it must be the last of its connection. */
  readonly isUpgrade: boolean;
}

export const MAX_TARGET_BYTES = 8192;
export const MAX_HEADERS = 200;

/** A number is the status that refuses the request. */
export function readHead(raw: RawHead): SoundHead | number {
  const status = lineFault(raw);
  if (status !== undefined) return status;
  const fields = readFields(raw.headers);
  if (fields === undefined || isFramedBadly(raw, fields)) return 400;
  if (fields.host === undefined && raw.version === '1.1') return 400;
  const host = hostOf(fields.host);
  const target = readTarget(raw.target, fields.host);
  if (host === undefined || target === undefined) return 400;
  const bodyBytes = fields.transferEncoding === undefined ? Number(fields.contentLength ?? 0) : undefined;
  return { ...target, host, headers: fields.headers, bodyBytes, isUpgrade: fields.isUpgrade };
}

function lineFault({ version, method, target, headers }: RawHead): number | undefined {
  if (version === '0.9') return 400;
  if (version !== '1.1' && version !== '1.0') return 505;
  if (method === 'TRACE' || method === 'CONNECT') return 405;
  if (target.length > MAX_TARGET_BYTES) return 414;
  return headers.length > MAX_HEADERS * 2 ? 431 : undefined;
}

/** HTTP/1.0 knows no chunks (CVE-2026-2835), and any coding beside chunked is one we would pass on unread. */
function isFramedBadly({ version }: RawHead, { transferEncoding }: Fields): boolean {
  if (transferEncoding === undefined) return false;
  return version === '1.0' || transferEncoding.toLowerCase() !== 'chunked';
}

interface Fields {
  readonly headers: HeaderList;
  readonly host: string | undefined;
  readonly transferEncoding: string | undefined;
  readonly contentLength: string | undefined;
  readonly isUpgrade: boolean;
}

/** One walk. `undefined` = contradictory. Names with an underscore are dropped: many origins read them as hyphens. */
function readFields(raw: readonly string[]): Fields | undefined {
  const headers: HeaderList = [];
  const found: Record<'host' | 'transfer-encoding' | 'content-length', string | undefined> = {
    host: undefined,
    'transfer-encoding': undefined,
    'content-length': undefined,
  };
  let isUpgrade = false;
  let isH2c = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name.includes('_')) continue;
    const lower = name.toLowerCase();
    if (lower === 'host' || lower === 'transfer-encoding' || lower === 'content-length') {
      if (found[lower] !== undefined) return undefined;
      found[lower] = value;
    }
    if (lower === 'upgrade') {
      isUpgrade = true;
      isH2c ||= /h2c/i.test(value);
    }
    headers.push(name, value);
  }
  return {
    headers: isH2c ? withoutH2c(headers) : headers,
    isUpgrade,
    host: found.host,
    transferEncoding: found['transfer-encoding'],
    contentLength: found['content-length'],
  };
}

const H2C_TOKENS = ['upgrade', 'http2-settings'];

/**
 * Without the fields that ask for HTTP/2 over clear text, this is a plain request (RFC 9113 3.1). What else `Connection`
 * lists stays listed.
 */
function withoutH2c(headers: HeaderList): HeaderList {
  const kept: HeaderList = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] ?? '').toLowerCase();
    if (H2C_TOKENS.includes(name)) continue;
    const value = headers[i + 1] ?? '';
    const left = name === 'connection' ? withoutTokens(value, H2C_TOKENS) : value;
    if (left !== '' || name !== 'connection') kept.push(headers[i] ?? '', left);
  }
  return kept;
}

function withoutTokens(value: string, tokens: readonly string[]): string {
  const listed = value.split(',').filter((token) => !tokens.includes(token.trim().toLowerCase()));
  return listed.join(',').trim();
}

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{0,5})?$/;

/** Lower case, without port and final dot; empty where HTTP/1.0 sent none; `undefined` = junk. */
function hostOf(field: string | undefined): string | undefined {
  if (field === undefined) return '';
  return HOST.exec(field)?.[1]?.toLowerCase().replace(/\.$/, '');
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

function readTarget(
  target: string,
  hostField: string | undefined,
): { path: string; query: string } | undefined {
  const absolute = ABSOLUTE.exec(target);
  if (absolute !== null && absolute[1]?.toLowerCase() !== hostField?.toLowerCase()) return undefined;
  const local = absolute === null ? target : originForm(absolute[2] ?? '');
  if (!local.startsWith('/') || local.includes('#')) return undefined;
  const queryAt = local.indexOf('?');
  if (queryAt < 0) return { path: local, query: '' };
  return { path: local.slice(0, queryAt), query: local.slice(queryAt + 1) };
}

/** `http://host` and `http://host?q` have the path `/`. */
function originForm(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

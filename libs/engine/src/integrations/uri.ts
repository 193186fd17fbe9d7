/**
 * Integration URIs: read once while compiling, filled per request. Scheme, host and port are fixed before any request is
 * seen, so nothing a client sends can choose where a call goes (SSRF); only path and query hold placeholders.
 */
import { cutPlaceholders, fillStageVariables, type TextPiece } from '@gatehouse/standards';
import { hasDotSegment } from '../canonical-path';
import { GatewayError } from '../errors';
import type { UpstreamUrl } from '../ports';

export interface UriTemplate {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  readonly path: readonly TextPiece[];
  readonly query: readonly TextPiece[];
}

/** `where` tells how a value must be escaped. */
export type PlaceholderValue = (name: string, where: 'path' | 'query') => string | undefined;

const SCHEME = /^(https?):\/\//;
const AUTHORITY = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)(?::([0-9]{1,5}))?$/;

/** A text says what is wrong. */
export function parseUri(uri: string, stageVariables: ReadonlyMap<string, string>): UriTemplate | string {
  const scheme = SCHEME.exec(uri);
  if (scheme === null) return 'a URI begins with http:// or https://';
  const afterScheme = uri.slice(scheme[0].length);
  const end = afterScheme.search(/[/?#]/);
  const authority = parseAuthority(end < 0 ? afterScheme : afterScheme.slice(0, end), stageVariables);
  if (typeof authority === 'string') return authority;
  const rest = fillStageVariables(
    end < 0 ? '' : afterScheme.slice(end),
    (name) => stageVariables.get(name) ?? '',
  );
  const [beforeFragment = ''] = rest.split('#', 1);
  const queryAt = beforeFragment.indexOf('?');
  const path = queryAt < 0 ? beforeFragment : beforeFragment.slice(0, queryAt);
  const query = queryAt < 0 ? '' : beforeFragment.slice(queryAt + 1);
  if (hasDotSegment(path.replace(/[{}]/g, '-'))) return 'a path of a URI has no segment . or ..';
  const protocol = scheme[1] === 'https' ? 'https:' : 'http:';
  const port = authority.port ?? (protocol === 'https:' ? 443 : 80);
  return { protocol, hostname: authority.hostname, port, path: pieces(path), query: pieces(query) };
}

/**
 * A stage variable may be the host, a part of it, or end in `:port`; a value that would move the host's borders
 * (`/ @ ? #`) is refused, as is a request parameter anywhere in this part.
 * DIFFERS: stage variables in the host of a URI; AWS takes any value that makes a URI.
 */
function parseAuthority(
  template: string,
  stageVariables: ReadonlyMap<string, string>,
): { hostname: string; port: number | undefined } | string {
  const filled = fillStageVariables(template, (name) => stageVariables.get(name) ?? '');
  if (/[{}]/.test(filled)) return 'the host of a URI holds no request parameter';
  const [, host, port] = AUTHORITY.exec(filled) ?? [];
  if (host === undefined) return 'the host of a URI is a name or an address, with an optional port';
  const portNumber = port === undefined ? undefined : Number(port);
  if (portNumber !== undefined && (portNumber < 1 || portNumber > 65535))
    return 'a port lies between 1 and 65535';
  return { hostname: host.replace(/^\[|\]$/g, '').toLowerCase(), port: portNumber };
}

function pieces(template: string): readonly TextPiece[] {
  return cutPlaceholders(template).map((piece) =>
    'text' in piece ? { text: legalText(piece.text) } : piece,
  );
}

/** Escapes what a request target may not hold; what is escaped already stays. */
export function legalText(text: string): string {
  return text
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (character) =>
      encodeURIComponent(character.replace(/\p{Surrogate}/u, '\uFFFD')),
    );
}

/** Names of all placeholders. */
export function placeholdersOf(template: UriTemplate): string[] {
  return [...template.path, ...template.query].flatMap((piece) => ('name' in piece ? [piece.name] : []));
}

/** Path of the call. A placeholder without a value stays as it is written, escaped. */
export function fillPath(template: UriTemplate, valueOf: PlaceholderValue): string {
  const path = fill(template.path, valueOf, 'path');
  return checkedPath(path.startsWith('/') ? path : `/${path}`);
}

export function fillQuery(template: UriTemplate, valueOf: PlaceholderValue): string {
  return template.query.length === 0 ? '' : fill(template.query, valueOf, 'query');
}

function fill(parts: readonly TextPiece[], valueOf: PlaceholderValue, where: 'path' | 'query'): string {
  let text = '';
  for (const piece of parts)
    text += 'text' in piece ? piece.text : (valueOf(piece.name, where) ?? `%7B${piece.name}%7D`);
  return text;
}

/** A value may not climb out of the path that the owner of the API wrote. */
export function checkedPath(path: string): string {
  if (/\.|%2e/i.test(path) && hasDotSegment(path)) throw new GatewayError('BAD_REQUEST_PARAMETERS');
  return path;
}

export function urlOf(template: UriTemplate, path: string, query: string): UpstreamUrl {
  const { protocol, hostname, port } = template;
  return { protocol, hostname, port, target: query === '' ? path : `${path}?${query}` };
}

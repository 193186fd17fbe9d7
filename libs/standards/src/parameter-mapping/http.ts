/**
 * Parameter mapping of HTTP APIs (API Gateway developer guide, "Transform API requests and responses for HTTP APIs"):
 * `overwrite:header.x` <- `$request.querystring.y`, `append:querystring.z` <- `static-${context.requestId}`.
 */
export type HttpAction = 'append' | 'overwrite' | 'remove';

export type HttpTarget =
  | { readonly action: HttpAction; readonly place: 'header' | 'querystring'; readonly name: string }
  | { readonly action: 'overwrite'; readonly place: 'path' | 'statuscode' };

export type HttpVariable =
  | { readonly from: 'header' | 'querystring' | 'path' | 'context' | 'stageVariable'; readonly name: string }
  | { readonly from: 'wholePath' }
  | { readonly from: 'body'; readonly path?: string };

export type HttpValue = readonly (string | HttpVariable)[];

export type HttpSide = 'request' | 'response';

const NAMED = /^(append|overwrite|remove):(header|querystring)\.(.+)$/;

export function parseHttpTarget(key: string, side: HttpSide): HttpTarget | undefined {
  const [, action, place, name] = NAMED.exec(key) ?? [];
  if (name !== undefined) {
    if (side === 'response' && place === 'querystring') return undefined;
    return { action: action as HttpAction, place: place as 'header' | 'querystring', name };
  }
  if (key === 'overwrite:path' && side === 'request') return { action: 'overwrite', place: 'path' };
  if (key === 'overwrite:statuscode' && side === 'response')
    return { action: 'overwrite', place: 'statuscode' };
  return undefined;
}

const EMBEDDED = /\$\{([^{}]*)\}/g;

/** Pieces of a value; a text says which variable is unknown. */
export function parseHttpValue(text: string, side: HttpSide): HttpValue | { readonly unknown: string } {
  if (/^\$[A-Za-z]/.test(text)) {
    const variable = parseVariable(text.slice(1), side);
    return variable === undefined ? { unknown: text } : [variable];
  }
  const pieces: (string | HttpVariable)[] = [];
  let from = 0;
  for (const found of text.matchAll(EMBEDDED)) {
    const variable = parseVariable((found[1] ?? '').replace(/^\$/, ''), side);
    if (variable === undefined) return { unknown: found[0] };
    if (found.index > from) pieces.push(text.slice(from, found.index));
    pieces.push(variable);
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

function parseVariable(text: string, side: HttpSide): HttpVariable | undefined {
  const [, shared, sharedName] = /^(context|stageVariables)\.(.+)$/.exec(text) ?? [];
  if (sharedName !== undefined)
    return { from: shared === 'context' ? 'context' : 'stageVariable', name: sharedName };
  if (!text.startsWith(`${side}.`)) return undefined;
  return parseMessageVariable(text.slice(side.length + 1), side);
}

function parseMessageVariable(text: string, side: HttpSide): HttpVariable | undefined {
  const body = /^body(?:\.(.+))?$/.exec(text);
  if (body !== null) return body[1] === undefined ? { from: 'body' } : { from: 'body', path: body[1] };
  if (text === 'path' && side === 'request') return { from: 'wholePath' };
  const [, place, name] = /^(header|querystring|path)\.(.+)$/.exec(text) ?? [];
  if (name === undefined || (side === 'response' && place !== 'header')) return undefined;
  return { from: place as 'header' | 'querystring' | 'path', name };
}

const RESERVED_PREFIXES = ['access-control-', 'apigw-', 'x-amz-', 'x-amzn-'];
const RESERVED = new Set(
  (
    'authorization connection content-encoding content-length content-location forwarded keep-alive origin ' +
    'proxy-authenticate proxy-authorization te trailer trailers transfer-encoding upgrade x-forwarded-for ' +
    'x-forwarded-host x-forwarded-proto via'
  ).split(' '),
);

/** Headers that no mapping of an HTTP API may touch. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

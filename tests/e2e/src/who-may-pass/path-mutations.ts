/**
 * Ways to ask for a protected path without saying so: spellings that a gateway and an origin could read differently, headers
 * and methods that could lead past a route. `/open/{proxy+}` is an unprotected sibling that each could slip through.
 */
import type { RawRequest } from '../testing/raw-request';

export type Mutation = Partial<RawRequest> & { readonly target: string };

/** A parent segment, or what some decoder takes for one. */
const PARENTS = [
  '..',
  '%2e%2e',
  '%2E%2E',
  '.%2e',
  '%2e.',
  '..;',
  '..;a=b',
  '%2e%2e;a',
  '..%3b',
  '..%00',
  '..%09',
  '..%20',
  '..%0d%0a',
  '%c0%ae%c0%ae',
  '%e0%80%ae%e0%80%ae',
  '\xc0\xae\xc0\xae',
  '%u002e%u002e',
  '%252e%252e',
];

/** A slash, or what some decoder takes for one. */
const SLASHES = ['/', '//', '/./', '%2f', '%2F', '\\', '%5c', ';/', '%c0%af', '%252f'];

function climbs(path: string): Mutation[] {
  const within = path.slice(1);
  return PARENTS.flatMap((parent) => [
    ...SLASHES.map((slash) => ({ target: `/open${slash}${parent}${slash}${within}` })),
    { target: `/open/a/${parent}/${parent}/${within}` },
    { target: `/open/a/..${parent}/${within}` },
  ]);
}

/** `/vault/gold` in other letters. */
function spellings(path: string): Mutation[] {
  const [, first = '', last = ''] = path.split('/');
  const escaped = (text: string): string => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
  const targets = [
    path.toUpperCase(),
    `/${first}/${last.toUpperCase()}`,
    `/${escaped(first)}/${last}`,
    `/${first}/${escaped(last)}`,
    `/%25${escaped(first).slice(1)}/${last}`,
    `/${first}%2f${last}`,
    `/${first}%5c${last}`,
    `/${first}\\${last}`,
    `/${first}//${last}`,
    `/${first}/./${last}`,
    `/${first}/%2e/${last}`,
    `/${first};a=b/${last}`,
    `/${first}/;/${last}`,
    ...['/', '//', '.', '..', '/.', '/..', '/%2e', ';', ';a=b', ';.css', '%20', '%00', '%00.css', '%0a'].map(
      (end) => `${path}${end}`,
    ),
    ...[
      '%09',
      '%23',
      '%3f',
      '%3fa',
      '.json',
      '.css',
      '~',
      '%7e',
      '#',
      '#a',
      '?',
      '?a=/open/a',
      '\xa0',
      '*',
    ].map((end) => `${path}${end}`),
    ...['//', '///', '/.', '/./', '/%2f', '/%5c', '/\\', '/;/', '/%20/', '/%00/', '%2f', '\\'].map(
      (start) => `${start}${path.slice(1)}`,
    ),
    `/open/../open/..${path}`,
    `/open?/../..${path}`,
    `/open#/../..${path}`,
    `/open/%3f/../..${path}`,
    `/open/a%0d%0a%0d%0aGET%20${path}`,
    `/open/a%20HTTP/1.1%0d%0aHost:%20a${path}`,
  ];
  return targets.map((target) => ({ target }));
}

/** What some frameworks take for the path or the method of a request. */
function headers(path: string): Mutation[] {
  const open = '/open/a';
  return [
    ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].flatMap((name) => [
      { target: path, headers: { [name]: 'OPTIONS' } },
      { target: path, method: 'OPTIONS', headers: { [name]: 'GET' } },
      { target: path, method: 'POST', headers: { [name]: 'OPTIONS' } },
      { target: path, headers: { [name]: 'options ' } },
    ]),
    ...['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI', 'X-Forwarded-Path', 'X-Forwarded-Uri'].flatMap(
      (name) => [
        { target: open, headers: { [name]: path } },
        { target: path, headers: { [name]: open } },
      ],
    ),
    { target: open, headers: { 'X-Forwarded-Prefix': '/..' } },
    { target: path, headers: { 'X-Forwarded-For': '127.0.0.1' } },
    { target: path, headers: { 'X-Real-IP': '127.0.0.1' } },
    { target: path, headers: { Connection: 'close, Authorization' } },
    { target: path, headers: { X_Api_Key: 'x' } },
    { target: path, headers: { Authorization: '' } },
    { target: path, headers: { Authorization: 'undefined' } },
    { target: path, headers: { Expect: '100-continue' } },
    { target: path, headers: { Upgrade: 'websocket', Connection: 'upgrade' } },
    {
      target: path,
      headers: { Upgrade: 'h2c', Connection: 'upgrade, http2-settings', 'HTTP2-Settings': 'AAA' },
    },
  ];
}

function methods(path: string): Mutation[] {
  const verbs = [
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'get',
    'GeT',
    'POST',
    'PUT',
    'PROPFIND',
    'ANY',
    '$default',
  ];
  return verbs.map((method) => ({ method, target: path }));
}

/** For one protected path of two segments. */
export function mutationsOf(path: string): Mutation[] {
  return [...climbs(path), ...spellings(path), ...headers(path), ...methods(path)];
}

/**
 * What the most lenient of origins takes a target for: decoded once, overlong forms too; backslashes for slashes; without
 * parameters, extra slashes, dots and blanks at the end of a segment; dot segments resolved; in lower case.
 */
export function asLenientOrigin(target: string): string {
  const [path = ''] = target.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/);
  const decoded = path
    .replaceAll(/%(?:c0%|e0%80%)(ae|af)/gi, (_all, low: string) => (/ae/i.test(low) ? '.' : '/'))
    .replaceAll(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll('\\', '/');
  const kept: string[] = [];
  for (const segment of decoded.split('/')) {
    const name = segment.replace(/;.*$/s, '').replace(/[\0\s]+$/, '');
    if (name === '..') kept.pop();
    else if (name.replace(/\.+$/, '') !== '') kept.push(name.replace(/\.+$/, '').toLowerCase());
  }
  return `/${kept.join('/')}`;
}

/** What RFC 3986 (6.2.2) calls the same: escapes of unreserved characters, dot segments. */
export function asRfc3986(target: string): string {
  const { pathname } = new URL(target, 'http://origin.example');
  return pathname.replaceAll(/%([0-9a-f]{2})/gi, (escape, code: string) => {
    const character = String.fromCharCode(parseInt(code, 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}

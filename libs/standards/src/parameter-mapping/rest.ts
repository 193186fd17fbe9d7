/**
 * Mapping expressions of REST APIs (API Gateway developer guide, "Amazon API Gateway API request and response data mapping
 * reference"): `integration.request.header.x` <- `method.request.querystring.y`.
 */
export type RestPlace = 'path' | 'querystring' | 'header';

export type RestExpression =
  | { readonly from: 'literal'; readonly value: string }
  | { readonly from: 'path' | 'querystring' | 'header'; readonly name: string }
  | { readonly from: 'multivaluequerystring' | 'multivalueheader'; readonly name: string }
  | { readonly from: 'stageVariable'; readonly name: string }
  | { readonly from: 'context'; readonly name: string }
  /** `path` is the JSONPath without `$.`; absent = the whole body. */
  | { readonly from: 'body'; readonly path?: string };

const NAME = '([A-Za-z0-9._$-]+)';
const REQUEST_TARGET = new RegExp(`^integration\\.request\\.(path|querystring|header)\\.${NAME}$`);
const RESPONSE_TARGET = new RegExp(`^method\\.response\\.header\\.${NAME}$`);
const GATEWAY_TARGET = new RegExp(`^gatewayresponse\\.header\\.${NAME}$`);
const REQUEST_SOURCE = new RegExp(
  `^method\\.request\\.(path|querystring|multivaluequerystring|header|multivalueheader)\\.${NAME}$`,
);
const RESPONSE_SOURCE = new RegExp(`^integration\\.response\\.(header|multivalueheader)\\.${NAME}$`);
const BODY = /^(?:method\.request|integration\.response)\.body(?:\.(.+))?$/;
const SHARED = new RegExp(`^(stageVariables|context)\\.${NAME}$`);

/** Where a request mapping writes. */
export function parseRestRequestTarget(key: string): { place: RestPlace; name: string } | undefined {
  const [, place, name] = REQUEST_TARGET.exec(key) ?? [];
  return name === undefined ? undefined : { place: place as RestPlace, name };
}

/** Name of the response header that a response mapping writes. */
export function parseRestResponseTarget(key: string): string | undefined {
  return RESPONSE_TARGET.exec(key)?.[1];
}

/** Name of the header that a gateway response writes. */
export function parseGatewayResponseTarget(key: string): string | undefined {
  return GATEWAY_TARGET.exec(key)?.[1];
}

export function parseRestRequestSource(text: string): RestExpression | undefined {
  return parseSource(text, REQUEST_SOURCE);
}

export function parseRestResponseSource(text: string): RestExpression | undefined {
  return parseSource(text, RESPONSE_SOURCE);
}

function parseSource(text: string, own: RegExp): RestExpression | undefined {
  if (text.length >= 2 && text.startsWith("'") && text.endsWith("'")) {
    return { from: 'literal', value: text.slice(1, -1) };
  }
  const [, place, name] = own.exec(text) ?? [];
  if (name !== undefined) return { from: place as Exclude<RestExpression['from'], 'literal' | 'body'>, name };
  const body = BODY.exec(text);
  if (body !== null) return body[1] === undefined ? { from: 'body' } : { from: 'body', path: body[1] };
  const [, shared, sharedName] = SHARED.exec(text) ?? [];
  if (sharedName === undefined) return undefined;
  return { from: shared === 'context' ? 'context' : 'stageVariable', name: sharedName };
}

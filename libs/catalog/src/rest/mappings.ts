/**
 * Syntax of REST parameter mappings (developer guide, "Request and response data mapping reference"). What a name resolves
 * to is known at run time only.
 */
import { badRequest } from '../fault';
import type { StringMap } from './types';

const NAME = '[A-Za-z0-9._$-]+';
const ANYWHERE = [`stageVariables\\.${NAME}`, `context\\.${NAME}`, "'[^']*'"];

const REQUEST_TARGET = new RegExp(`^integration\\.request\\.(?:path|querystring|header)\\.${NAME}$`);
const REQUEST_SOURCE = oneOf(
  `method\\.request\\.(?:path|querystring|multivaluequerystring|header|multivalueheader)\\.${NAME}`,
  'method\\.request\\.body(?:\\..+)?',
);
const RESPONSE_TARGET = new RegExp(`^method\\.response\\.header\\.${NAME}$`);
const RESPONSE_SOURCE = oneOf(
  `integration\\.response\\.(?:header|multivalueheader)\\.${NAME}`,
  'integration\\.response\\.body(?:[.[].+)?',
);

const GATEWAY_TARGET = new RegExp(`^gatewayresponse\\.header\\.${NAME}$`);
const GATEWAY_SOURCE = oneOf(
  `method\\.request\\.(?:path|querystring|multivaluequerystring|header|multivalueheader)\\.${NAME}`,
);

function oneOf(...sources: string[]): RegExp {
  return new RegExp(`^(?:${[...sources, ...ANYWHERE].join('|')})$`, 's');
}

/** `integration.request.header.X` -> `method.request.header.Y`, `'literal'`, ... */
export function requireRequestMappings(parameters: StringMap | undefined): void {
  requireMappings(parameters, REQUEST_TARGET, REQUEST_SOURCE);
}

/** `method.response.header.X` -> `integration.response.header.Y`, `'literal'`, ... */
export function requireResponseMappings(parameters: StringMap | undefined): void {
  requireMappings(parameters, RESPONSE_TARGET, RESPONSE_SOURCE);
}

/** `gatewayresponse.header.X` -> `method.request.header.Y`, `'literal'`, ... */
export function requireGatewayResponseMappings(parameters: StringMap | undefined): void {
  requireMappings(parameters, GATEWAY_TARGET, GATEWAY_SOURCE);
}

function requireMappings(parameters: StringMap | undefined, target: RegExp, source: RegExp): void {
  for (const [key, value] of Object.entries(parameters ?? {})) {
    const wrong = !target.test(key) ? key : !source.test(value) ? value : undefined;
    if (wrong === undefined) continue;
    const text = `Invalid mapping expression specified: ${wrong}`;
    throw badRequest(
      `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${text}]`,
    );
  }
}

/** Customised gateway responses of a stage, compiled: what a refusal of a type is answered with. */
import {
  fieldOfText,
  isHopByHop,
  mediaTypeOf,
  parseGatewayResponseTarget,
  parseRestRequestSource,
  setField,
} from '@gatehouse/standards';
import type { GatewayResponseSnapshot } from '@gatehouse/snapshot';
import { classOf, GATEWAY_RESPONSES, type GatewayResponseKind } from '../errors';
import type { Exchange, HeaderList } from '../exchange';
import { pointer } from '../integrations/problem-path';
import { responseTemplate } from '../integrations/templates';
import type { ReportProblem } from '../program';
import { compileBody, type BodyTemplate } from './body-template';
import { requestReader, type Reader, type StageVariables } from './request-reader';

export interface GatewayResponse {
  /** Absent = as without it. */
  readonly status: number | undefined;
  readonly headers: readonly { readonly name: string; readonly read: Reader }[];
  readonly bodies: ReadonlyMap<string, BodyTemplate>;
}

/** Every type that is not answered by default is there, by itself or by its class. */
export type GatewayResponses = ReadonlyMap<GatewayResponseKind, GatewayResponse>;

export function compileGatewayResponses(
  given: Readonly<Record<string, GatewayResponseSnapshot>> | undefined,
  stageVariables: StageVariables,
  report: ReportProblem,
): GatewayResponses {
  const own = new Map<string, GatewayResponse>();
  for (const [type, response] of Object.entries(given ?? {})) {
    own.set(type, compile(response, stageVariables, `/gatewayResponses${pointer(type)}`, report));
  }
  const all = new Map<GatewayResponseKind, GatewayResponse>();
  for (const kind of Object.keys(GATEWAY_RESPONSES) as GatewayResponseKind[]) {
    const response = own.get(kind) ?? own.get(classOf(kind));
    if (response !== undefined) all.set(kind, response);
  }
  return all;
}

function compile(
  { statusCode, responseParameters, responseTemplates }: GatewayResponseSnapshot,
  stageVariables: StageVariables,
  path: string,
  report: ReportProblem,
): GatewayResponse {
  const bodies = new Map<string, BodyTemplate>();
  for (const [given, text] of Object.entries(responseTemplates)) {
    const type = mediaTypeOf(given) ?? given;
    bodies.set(type, compileBody(type, text, stageVariables));
  }
  const headers: GatewayResponse['headers'][number][] = [];
  for (const [key, text] of Object.entries(responseParameters)) {
    const name = parseGatewayResponseTarget(key);
    const expression = parseRestRequestSource(text);
    const read = expression && requestReader(expression, stageVariables);
    if (name === undefined || read === undefined) {
      const member = `${path}/responseParameters${pointer(key)}`;
      report({ path: member, code: 'INVALID_MAPPING', message: `not a mapping: ${key} <- ${text}` });
    } else if (!isOurs(name)) headers.push({ name, read });
  }
  return { status: statusCode === undefined ? undefined : Number(statusCode), headers, bodies };
}

const OURS = new Set(['content-length', 'date', 'x-amzn-requestid', 'x-amz-apigw-id']);

/** Written by the gateway alone. `WWW-Authenticate` is not: asking browsers for a password is what owners use it for. */
function isOurs(name: string): boolean {
  const lower = name.toLowerCase();
  return OURS.has(lower) || isHopByHop(lower);
}

/** Sets what the owner of the API asks for. A value that no field can hold is left out: a refusal must not fail. */
export function setGatewayHeaders(x: Exchange, { headers }: GatewayResponse, list: HeaderList): void {
  for (const { name, read } of headers) {
    const text = read(x);
    const value = text === undefined ? undefined : fieldOfText(text);
    if (value !== undefined) setField(list, name, value);
  }
}

/** Body with its media type, by `Accept`; `undefined` = the default one. */
export function gatewayBody(
  x: Exchange,
  { bodies }: GatewayResponse,
): { readonly type: string; readonly body: string } | undefined {
  const chosen = responseTemplate(x, bodies);
  return chosen && { type: chosen.type, body: chosen.template(x) };
}

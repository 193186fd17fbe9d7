/** Integration responses of a REST API, compiled: which one a status selects, and what it makes of the answer. */
import { fieldOfText, parseRestResponseSource, parseRestResponseTarget } from '@gatehouse/standards';
import type { IntegrationResponseSnapshot } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Exchange, HeaderList } from '../exchange';
import { responseTarget } from '../headers/rest-fields';
import type { RoutePlan } from '../program';
import { pointer } from './problem-path';
import { responseSource, type Source } from './rest-source';
import { constantTemplates, type Templates } from './templates';

export interface MappedResponse {
  /** Absent = the default response. */
  readonly pattern: RegExp | undefined;
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly source: Source }[];
  readonly templates: Templates;
}

export function compileResponses(
  plan: RoutePlan,
  responses: readonly IntegrationResponseSnapshot[],
): readonly MappedResponse[] {
  return responses.map((response, index) => {
    const member = `/integration/responses/${index}`;
    return {
      pattern: compilePattern(plan, member, response.selectionPattern),
      status: statusOf(plan, member, response.statusCode),
      headers: compileHeaders(plan, member, response.responseParameters),
      templates: constantTemplates(plan, `${member}/responseTemplates`, response.responseTemplates),
    };
  });
}

/**
 * First pattern that matches the whole of `text` (a status, or the error message of a function; `undefined` = it did not
 * fail), else the default response, else the API is misconfigured.
 */
export function selectResponse(
  responses: readonly MappedResponse[],
  text: string | undefined,
): MappedResponse {
  const selected =
    (text === undefined ? undefined : responses.find(({ pattern }) => pattern?.test(text) === true)) ??
    responses.find(({ pattern }) => pattern === undefined);
  if (selected === undefined) throw new GatewayError('API_CONFIGURATION_ERROR');
  return selected;
}

/** DIFFERS: `selectionPattern`; Java's syntax on AWS, here what JavaScript shares of it, the rest a problem of the route. */
function compilePattern(plan: RoutePlan, member: string, pattern: string | undefined): RegExp | undefined {
  if (pattern === undefined || pattern === '') return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    plan.problem('INVALID_PATTERN', `${member}/selectionPattern`, `not a regular expression: ${pattern}`);
    return undefined;
  }
}

function statusOf(plan: RoutePlan, member: string, text: string): number {
  if (!/^[1-5][0-9]{2}$/.test(text))
    plan.problem('INVALID_STATUS', `${member}/statusCode`, `not a status: ${text}`);
  return Number(text);
}

function compileHeaders(
  plan: RoutePlan,
  responseMember: string,
  parameters: Readonly<Record<string, string>>,
): { name: string; source: Source }[] {
  const headers: { name: string; source: Source }[] = [];
  for (const [key, text] of Object.entries(parameters)) {
    const member = `${responseMember}/responseParameters${pointer(key)}`;
    const name = parseRestResponseTarget(key);
    const expression = parseRestResponseSource(text);
    const source = expression === undefined ? undefined : responseSource(expression, plan);
    if (name === undefined || expression === undefined) {
      plan.problem('INVALID_MAPPING', member, `not a mapping expression: ${name === undefined ? key : text}`);
    } else if (source === undefined) {
      plan.problem('UNSUPPORTED_MAPPING', member, 'mappings from the body are not supported yet');
    } else {
      const sentAs = responseTarget(name);
      if (sentAs !== undefined) headers.push({ name: sentAs, source });
    }
  }
  return headers;
}

export function mappedResponseHeaders(response: MappedResponse, x: Exchange): HeaderList {
  const headers: HeaderList = [];
  for (const { name, source } of response.headers) {
    const text = source.read(x).at(-1);
    if (text === undefined) continue;
    const value = fieldOfText(text);
    if (value === undefined) throw new GatewayError('API_CONFIGURATION_ERROR');
    headers.push(name, value);
  }
  return headers;
}

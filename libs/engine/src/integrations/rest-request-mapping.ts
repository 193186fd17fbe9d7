/** `requestParameters` of a REST integration, compiled: what goes into the path, the query and the header fields. */
import {
  fieldOfText,
  parseRestRequestSource,
  parseRestRequestTarget,
  setField,
  type RestPlace,
} from '@gatehouse/standards';
import type { HttpIntegration } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Exchange, HeaderList } from '../exchange';
import { requestTarget } from '../headers/rest-fields';
import type { RoutePlan } from '../program';
import { encodePair, encodeText } from '../query';
import { pointer } from './problem-path';
import { requestSource, type Source } from './rest-source';
import { legalText } from './uri';

export interface RestRequestMapping {
  readonly path: ReadonlyMap<string, Source>;
  readonly query: readonly { readonly name: string; readonly source: Source }[];
  readonly headers: readonly { readonly name: string; readonly fails: boolean; readonly source: Source }[];
}

/** `targetOf`: what becomes of a mapping to the header field of a name. */
export function compileRestRequestMapping(
  plan: RoutePlan,
  integration: Pick<HttpIntegration, 'requestParameters'>,
  targetOf = requestTarget,
): RestRequestMapping {
  const path = new Map<string, Source>();
  const query: { name: string; source: Source }[] = [];
  const headers: { name: string; fails: boolean; source: Source }[] = [];
  for (const [key, text] of Object.entries(integration.requestParameters)) {
    const mapping = parseMapping(plan, key, text);
    if (mapping === undefined) continue;
    const { place, name, source } = mapping;
    if (place === 'path') path.set(name, source);
    else if (place === 'querystring') query.push({ name, source });
    else {
      const target = targetOf(name);
      if (target !== 'strip') headers.push({ name, fails: target === 'fail', source });
    }
  }
  return { path, query, headers };
}

function parseMapping(
  plan: RoutePlan,
  key: string,
  text: string,
): { place: RestPlace; name: string; source: Source } | undefined {
  const member = `/integration/requestParameters${pointer(key)}`;
  const target = parseRestRequestTarget(key);
  const expression = parseRestRequestSource(text);
  if (target === undefined || expression === undefined) {
    plan.problem('INVALID_MAPPING', member, `not a mapping expression: ${target === undefined ? key : text}`);
    return undefined;
  }
  const source = requestSource(expression, plan);
  if (source === undefined) {
    plan.problem('UNSUPPORTED_MAPPING', member, 'mappings from the body are not supported yet');
    return undefined;
  }
  return { ...target, source };
}

/** Value of a URI placeholder; `undefined` = not mapped, or nothing found. */
export function placeholderValue(
  mapping: RestRequestMapping,
  x: Exchange,
  name: string,
  where: 'path' | 'query',
): string | undefined {
  const source = mapping.path.get(name);
  const value = source?.read(x).at(-1);
  if (source === undefined || value === undefined) return undefined;
  // A raw path text is a legal path already; in a query it may not begin another parameter.
  if (source.isRawPath) return where === 'path' ? value : value.replace(/[&=+;]/g, encodeURIComponent);
  if (source.isConfigured && where === 'path') return legalText(value.replace(/[?#]/g, encodeURIComponent));
  return encodeText(value);
}

export function mappedQuery(mapping: RestRequestMapping, x: Exchange): string {
  if (mapping.query.length === 0) return '';
  const pairs: string[] = [];
  for (const { name, source } of mapping.query) {
    for (const value of source.read(x)) pairs.push(encodePair(name, value));
  }
  return pairs.join('&');
}

/** Sets the mapped fields over those that are there. */
export function applyMappedHeaders(mapping: RestRequestMapping, x: Exchange, headers: HeaderList): void {
  for (const { name, fails, source } of mapping.headers) {
    const text = source.read(x).at(-1);
    if (text === undefined) continue;
    if (fails) throw new GatewayError('API_CONFIGURATION_ERROR');
    const value = fieldOfText(text);
    if (value === undefined) throw new GatewayError('BAD_REQUEST_PARAMETERS');
    setField(headers, name, value);
  }
}

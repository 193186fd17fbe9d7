/** Parameter mappings of HTTP APIs, compiled from their keys and values; what is wrong becomes problems of the route. */
import {
  fieldOfText,
  isReservedHeader,
  parseHttpTarget,
  parseHttpValue,
  removeField,
  setField,
  type HttpSide,
  type HttpTarget,
} from '@gatehouse/standards';
import { GatewayError } from '../errors';
import type { Exchange, HeaderList } from '../exchange';
import type { RoutePlan } from '../program';
import { decodeForm, encodePair, rawPairs } from '../query';
import { valueReader, type ValueReader } from './http-values';
import { pointer } from './problem-path';

export interface Mapping {
  readonly target: HttpTarget;
  readonly value: ValueReader;
}

export function compileHttpMappings(
  plan: RoutePlan,
  member: string,
  parameters: Readonly<Record<string, string>>,
  side: HttpSide,
): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (const [key, text] of Object.entries(parameters)) {
    const mapping = compileOne(plan, member + pointer(key), key, text, side);
    if (mapping !== undefined) mappings.push(mapping);
  }
  return mappings;
}

function compileOne(
  plan: RoutePlan,
  member: string,
  key: string,
  text: string,
  side: HttpSide,
): Mapping | undefined {
  const target = parseHttpTarget(key, side);
  if (target === undefined || (target.place === 'header' && isReservedHeader(target.name))) {
    plan.problem('INVALID_MAPPING', member, `no mapping may change this: ${key}`);
    return undefined;
  }
  const parsed = parseHttpValue(text, side);
  if ('unknown' in parsed) {
    plan.problem('INVALID_MAPPING', member, `unknown variable: ${parsed.unknown}`);
    return undefined;
  }
  const value = valueReader(parsed, plan, side);
  if (value === undefined)
    plan.problem('UNSUPPORTED_MAPPING', member, 'mappings from the body are not supported yet');
  return value === undefined ? undefined : { target, value };
}

/** Header mappings in their order. A value that would break out of its line is an error of whoever sent it. */
export function applyHeaderMappings(mappings: readonly Mapping[], x: Exchange, headers: HeaderList): void {
  for (const { target, value } of mappings) {
    if (target.place !== 'header') continue;
    if (target.action === 'remove') {
      removeField(headers, target.name.toLowerCase());
      continue;
    }
    const text = value.read(x);
    if (text === undefined) continue;
    const field = fieldOfText(text);
    if (field === undefined) throw new GatewayError('BAD_REQUEST_PARAMETERS');
    if (target.action === 'append') headers.push(target.name, field);
    else setField(headers, target.name, field);
  }
}

/** Query mappings over the raw query: parameters that no mapping names keep their text and place. */
export function applyQueryMappings(mappings: readonly Mapping[], x: Exchange, rawQuery: string): string {
  if (!mappings.some(({ target }) => target.place === 'querystring')) return rawQuery;
  let pairs = rawPairs(rawQuery).map(([name, value]) => ({
    name: decodeForm(name),
    text: `${name}=${value}`,
  }));
  for (const { target, value } of mappings) {
    if (target.place !== 'querystring') continue;
    const text = target.action === 'remove' ? undefined : value.read(x);
    if (target.action !== 'remove' && text === undefined) continue;
    if (target.action !== 'append') pairs = pairs.filter(({ name }) => name !== target.name);
    if (text !== undefined) pairs.push({ name: target.name, text: encodePair(target.name, text) });
  }
  return pairs.map(({ text }) => text).join('&');
}

/** Value of the last mapping to that place. */
export function mappingTo(mappings: readonly Mapping[], place: HttpTarget['place']): ValueReader | undefined {
  return mappings.findLast(({ target }) => target.place === place)?.value;
}

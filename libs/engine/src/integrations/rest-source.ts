/**
 * Sources of REST parameter mappings as readers: compiled once, each gives the values it finds (none = nothing is set).
 * Values are Unicode text, but path variables keep their percent escapes, as AWS leaves them.
 */
import { allFields, textOfField, type RestExpression } from '@gatehouse/standards';
import { contextReader } from '../context';
import type { Exchange } from '../exchange';
import { isReadableByMappings } from '../headers/rest-fields';
import type { StageFacts } from '../program';

export interface Source {
  /** Text as it stands in the request's path, escapes included. */
  readonly isRawPath: boolean;
  /** Written by the owner of the API, so it may hold slashes. */
  readonly isConfigured: boolean;
  read(x: Exchange): readonly string[];
}

/** What sources need to know of a route and its stage. */
export interface SourcePlan {
  readonly variables: readonly string[];
  readonly facts: Pick<StageFacts, 'stageVariables'>;
}

const NONE: readonly string[] = [];

const one = (value: string | undefined): readonly string[] => (value === undefined ? NONE : [value]);

/** `undefined` = bodies, which no step reads yet. */
export function requestSource(expression: RestExpression, plan: SourcePlan): Source | undefined {
  switch (expression.from) {
    case 'path': {
      const index = plan.variables.indexOf(expression.name);
      return { isRawPath: true, isConfigured: false, read: (x) => one(x.params[index]) };
    }
    case 'querystring':
      return sent((x) => one(x.query.get(expression.name)?.at(-1)));
    case 'multivaluequerystring':
      return sent((x) => x.query.get(expression.name) ?? NONE);
    case 'header':
    case 'multivalueheader':
      return sent(requestHeaderReader(expression.name, expression.from === 'multivalueheader'));
    default:
      return sharedSource(expression, plan);
  }
}

/** Response mappings read the integration's response in place of the request. */
export function responseSource(expression: RestExpression, plan: SourcePlan): Source | undefined {
  if (expression.from !== 'header' && expression.from !== 'multivalueheader')
    return sharedSource(expression, plan);
  const lower = expression.name.toLowerCase();
  const isMulti = expression.from === 'multivalueheader';
  return sent((x) => headerValues(x.upstream?.headers ?? [], lower, isMulti));
}

function sharedSource(expression: RestExpression, plan: SourcePlan): Source | undefined {
  switch (expression.from) {
    case 'literal':
      return configured(expression.value);
    case 'stageVariable':
      return configured(plan.facts.stageVariables.get(expression.name));
    case 'context': {
      const reader = contextReader(expression.name);
      return sent((x) => one(reader?.(x)));
    }
    default:
      return undefined;
  }
}

function configured(value: string | undefined): Source {
  const values = one(value);
  return { isRawPath: false, isConfigured: true, read: () => values };
}

function sent(read: (x: Exchange) => readonly string[]): Source {
  return { isRawPath: false, isConfigured: false, read };
}

/** DIFFERS: header names in REST mappings; AWS compares case, but names have none in HTTP, and clients choose any. */
function requestHeaderReader(name: string, isMulti: boolean): (x: Exchange) => readonly string[] {
  const lower = name.toLowerCase();
  if (!isReadableByMappings(lower)) return () => NONE;
  return (x) => headerValues(x.request.headers, lower, isMulti);
}

/** The last value, or all of them in one. */
function headerValues(headers: readonly string[], lowerName: string, isMulti: boolean): readonly string[] {
  const values = allFields(headers, lowerName);
  if (values.length === 0) return NONE;
  return [textOfField(isMulti ? values.join(',') : (values.at(-1) ?? ''))];
}

/**
 * Identity sources: where an authorizer finds who calls. REST writes `method.request.header.X`, HTTP APIs
 * `$request.header.X`; both know query strings, stage variables and context variables.
 */
import { allFields, textOfField } from '@gatehouse/standards';
import { contextReader } from '../context';
import type { Exchange } from '../exchange';
import type { RoutePlan } from '../program';

export interface IdentitySource {
  /** All requests with the same headers have the same values. */
  readonly isOfHeaders: boolean;
  /** All values, in order; none = absent. */
  valuesOf(x: Exchange): readonly string[];
}

const SOURCE =
  /^(?:method\.request\.|\$request\.)(header|querystring)\.(.+)$|^\$?(context|stageVariables)\.(.+)$/;

/** What cannot be read is a problem of the route. */
export function compileIdentitySources(plan: RoutePlan, sources: readonly string[]): IdentitySource[] {
  return sources.map((text) => {
    const source = compileOne(plan, text.trim());
    if (source === undefined)
      plan.problem('INVALID_IDENTITY_SOURCE', '/authorization', `no identity source: ${text}`);
    return source ?? ABSENT;
  });
}

function compileOne(plan: RoutePlan, text: string): IdentitySource | undefined {
  const [, requestPart, requestName = '', otherPart, otherName = ''] = SOURCE.exec(text) ?? [];
  if (requestPart === 'header') {
    const lower = requestName.toLowerCase();
    return { isOfHeaders: true, valuesOf: (x) => allFields(x.request.headers, lower).map(textOfField) };
  }
  if (requestPart === 'querystring')
    return { isOfHeaders: false, valuesOf: (x) => x.query.get(requestName) ?? [] };
  if (otherPart === 'context') {
    const reader = contextReader(otherName);
    return reader && { isOfHeaders: false, valuesOf: (x) => present(reader(x)) };
  }
  if (otherPart === 'stageVariables') {
    const values = present(plan.facts.stageVariables.get(otherName));
    return { isOfHeaders: true, valuesOf: () => values };
  }
  return undefined;
}

/** Nobody is identified by it. */
export const ABSENT: IdentitySource = { isOfHeaders: true, valuesOf: () => [] };

function present(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

/** Is there a value that says something? */
export function isPresent(values: readonly string[]): boolean {
  return values.some((value) => value.trim() !== '');
}

/** Shapes of JSON that every element is read with. */
import { BadPolicy } from './bad-policy';

/** What of its statement the reading of an element hangs on. */
export interface StatementFacts {
  readonly effect: 'Allow' | 'Deny';
  /** Version 2012-10-17; before it `${...}` is text ("IAM JSON policy elements: Version"). */
  readonly hasVariables: boolean;
}

/** A map of own members: nothing is inherited, and `__proto__` is a name like any other. */
export function membersOf(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadPolicy(`${what} must be an object`);
  return new Map(Object.entries(value));
}

export function onlyKnown(
  members: ReadonlyMap<string, unknown>,
  known: ReadonlySet<string>,
  what: string,
): void {
  for (const name of members.keys())
    if (!known.has(name)) throw new BadPolicy(`${what} has an unknown element: ${name}`);
}

/** One, or a list of some: an empty one says nothing, and turned round by `Not` it would say everything. */
export function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw new BadPolicy(`${name} is an empty list`);
  return value;
}

export function textsOf(value: unknown, name: string): string[] {
  return listOf(value, name).map((one) => {
    if (typeof one !== 'string' || one === '')
      throw new BadPolicy(`${name} must be a text or a list of texts`);
    return one;
  });
}

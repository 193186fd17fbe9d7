/** `Principal` of a resource's policy (IAM user guide, "AWS JSON policy elements: Principal"). */
import { BadPolicy } from './bad-policy';
import type { Caller, Matcher } from './types';

const KINDS = new Set(['AWS', 'Federated', 'Service', 'CanonicalUser']);

/** `*`, or lists by kind. Callers here are users of accounts; the other kinds match nobody. */
export function parsePrincipal(value: unknown): Matcher<Caller | undefined> {
  if (value === '*') return () => true;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadPolicy('Principal is * or an object');
  const unknown = Object.keys(value).find((kind) => !KINDS.has(kind));
  if (unknown !== undefined) throw new BadPolicy(`no kind of principal: ${unknown}`);
  const { AWS: accounts = [] } = value as { AWS?: unknown };
  const list: readonly unknown[] = Array.isArray(accounts) ? accounts : [accounts];
  const matchers = list.map(awsPrincipal);
  return (caller) => matchers.some((matches) => matches(caller));
}

/** An account (its number or its root), or one user; no wildcards inside. */
function awsPrincipal(value: unknown): Matcher<Caller | undefined> {
  if (typeof value !== 'string') throw new BadPolicy('a principal is a text');
  if (value === '*') return () => true;
  const account = /^(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];
  if (account !== undefined) return (caller) => caller?.accountId === account;
  if (!/^arn:[a-z-]+:(?:iam|sts)::\d{12}:.+$/.test(value)) throw new BadPolicy(`no principal: ${value}`);
  return (caller) => caller?.arn === value;
}

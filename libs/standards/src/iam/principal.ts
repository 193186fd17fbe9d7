/** Who a resource's policy is about (IAM user guide, "AWS JSON policy elements: Principal", "NotPrincipal"). */
import { BadPolicy } from './bad-policy';
import { membersOf, textsOf } from './reading';
import type { Caller, Matcher } from './types';

const KINDS = new Set(['AWS', 'Federated', 'Service', 'CanonicalUser']);

/** `isAccount`: it names the account of this caller; `isSelf`: the caller in person. */
interface Named {
  readonly isAccount: Matcher<Caller>;
  readonly isSelf: Matcher<Caller>;
}

const EVERYONE = '*';

/** An account is all its users; `*` is everyone, also who is unknown. */
export function parsePrincipal(value: unknown): Matcher<Caller | undefined> {
  const named = parseNamed(value, 'Principal');
  if (named === EVERYONE) return () => true;
  return (caller) =>
    caller !== undefined && named.some(({ isAccount, isSelf }) => isAccount(caller) || isSelf(caller));
}

/**
 * Matches everyone but those named, also who is unknown. Here an account is no more than itself: it is looked at first and
 * then the user, so that both must be named ("you must also specify the account ARN"), and naming the account spares none of
 * its other users.
 */
export function parseNotPrincipal(value: unknown): Matcher<Caller | undefined> {
  const named = parseNamed(value, 'NotPrincipal');
  if (named === EVERYONE) return () => false;
  return (caller) =>
    caller === undefined ||
    !named.some(({ isAccount }) => isAccount(caller)) ||
    !named.some(({ isSelf }) => isSelf(caller));
}

/** `*`, or lists by kind. Callers here are users of accounts; the other kinds are nobody. */
function parseNamed(value: unknown, name: string): readonly Named[] | typeof EVERYONE {
  if (value === '*') return EVERYONE;
  if (typeof value === 'string') throw new BadPolicy(`${name} must be * or an object`);
  const members = [...membersOf(value, name)];
  if (members.length === 0) throw new BadPolicy(`${name} names nobody`);
  const lists = members.map(([kind, who]) => {
    if (!KINDS.has(kind)) throw new BadPolicy(`${name} has an unknown kind: ${kind}`);
    const texts = textsOf(who, `${name}.${kind}`);
    return kind === 'AWS' ? texts : [];
  });
  const named = lists.flat().map((text) => (text === '*' ? EVERYONE : awsPrincipal(text, name)));
  return named.includes(EVERYONE) ? EVERYONE : named.filter((one) => one !== EVERYONE);
}

/** An account (its number or its root), or one user; wildcards inside are not supported. */
function awsPrincipal(text: string, name: string): Named {
  const [, rootOf, number] = /^(?:(arn:[a-z-]+:iam::)(\d{12}):root|\d{12})$/.exec(text) ?? [];
  const account = number ?? (/^\d{12}$/.test(text) ? text : undefined);
  if (account !== undefined) {
    const isAccount: Matcher<Caller> = ({ accountId, arn }) =>
      accountId === account && arn.startsWith(rootOf ?? 'arn:');
    return { isAccount, isSelf: (caller) => isAccount(caller) && caller.arn.endsWith(`:${account}:root`) };
  }
  if (!/^arn:[a-z-]+:(?:iam|sts)::\d{12}:[^*?]+$/.test(text))
    throw new BadPolicy(`${name} has no account, user or role: ${text}`);
  return { isAccount: () => false, isSelf: ({ arn }) => arn === text };
}

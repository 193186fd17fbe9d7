/** What authorizers of both kinds of API have in common on their way into a snapshot. */
import { createHash } from 'node:crypto';
import { canonicalJson, type AuthorizerSnapshot, type Problem, type Snapshot } from '@gatehouse/snapshot';
import { functionArnIn } from './function-arn';

/** A stage: results that were kept before its token changed are not used. */
export interface CacheToken {
  readonly authorizersCacheToken?: string;
}

export interface Authorizers {
  readonly authorizers: Readonly<Record<string, AuthorizerSnapshot>>;
  readonly problems: readonly Problem[];
}

/** Those that `routes` name; one that cannot be written down is a problem, and its routes let nobody pass. */
export function namedAuthorizers<T extends object>(
  routes: readonly { readonly authorizerId?: string }[],
  known: Readonly<Record<string, T>>,
  translate: (authorizer: T) => AuthorizerSnapshot | undefined,
): Authorizers {
  const names = [...new Set(routes.flatMap(({ authorizerId }) => authorizerId ?? []))].sort();
  const authorizers: Record<string, AuthorizerSnapshot> = {};
  const problems: Problem[] = [];
  for (const id of names) {
    const source = Object.hasOwn(known, id) ? known[id] : undefined;
    const made = source && translate(source);
    if (made) authorizers[id] = made;
    else problems.push(unusable(id));
  }
  return { authorizers, problems };
}

export function authorizersOf({ authorizers }: Authorizers): Pick<Snapshot, 'authorizers'> {
  return Object.keys(authorizers).length > 0 ? { authorizers } : {};
}

function unusable(id: string): Problem {
  return {
    path: `/authorizers/${id}/authorizerUri`,
    code: 'INVALID_AUTHORIZER',
    message: 'The authorizer names neither a function nor a URL; its routes let nobody pass.',
  };
}

/** ARN of a function, or a URL. */
export function targetOf(uri: string | undefined): string | undefined {
  return functionArnIn(uri) ?? (/^https?:/i.test(uri ?? '') ? uri : undefined);
}

/** Another one for every other definition and every other token. */
export function revisionOf(definition: object, { authorizersCacheToken = '' }: CacheToken): string {
  const text = canonicalJson({ definition, authorizersCacheToken });
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

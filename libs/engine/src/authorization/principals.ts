/** The users whose signatures a stage's routes take, by access key; read once per stage. */
import { parsePolicy, type Caller, type Policy } from '@gatehouse/standards';
import type { PrincipalSnapshot } from '@gatehouse/snapshot';
import type { Kit } from '../ports';
import type { RoutePlan, StageAccess } from '../program';

export interface Principal {
  readonly secret: string;
  readonly caller: Caller;
  readonly policies: readonly Policy[];
}

export type Principals = ReadonlyMap<string, Principal>;

const READ = new WeakMap<StageAccess, Principals>();

export function principalsOf({ access }: RoutePlan, kit: Kit): Principals {
  const known = READ.get(access);
  if (known !== undefined) return known;
  const principals = new Map<string, Principal>();
  for (const one of access.principals) {
    const principal = read(one, kit);
    if (principal !== undefined) principals.set(one.accessKeyId, principal);
  }
  READ.set(access, principals);
  return principals;
}

/** A user with a secret or a policy that cannot be read is nobody: a Deny in it might be lost. */
function read(one: PrincipalSnapshot, kit: Kit): Principal | undefined {
  const secret = kit.secrets.open(one.sealedSecret, `access-key/${one.accessKeyId}`);
  const policies: Policy[] = [];
  for (const text of one.policies) {
    const policy = parsePolicy(text);
    if (typeof policy === 'string') return undefined;
    policies.push(policy);
  }
  if (secret === undefined) return undefined;
  const { accountId, userId, arn } = one;
  return { secret, caller: { accountId, userId, arn }, policies };
}

/**
 * Who may call. Fails closed: a type of authorization that this node has no step for is refused, never passed, and so is a
 * route whose authorizer cannot be read.
 */
import type { Verdict } from '@gatehouse/standards';
import { authenticateBy, isTokenOnly } from '../authorization/authenticate-by';
import type { Authenticate } from '../authorization/authenticate';
import {
  combined,
  compileResourcePolicy,
  refuseDenied,
  requireAllow,
  type ResourcePolicy,
} from '../authorization/resource-policy';
import { GatewayError } from '../errors';
import type { Exchange } from '../exchange';
import type { Step, StepFactory } from '../program';
import { refuse } from '../refuse';

export const authorize: StepFactory = (plan, kit) => {
  const policy = compileResourcePolicy(plan);
  const { type } = plan.route.authorization;
  if (type === 'NONE') return policy && ((x) => requireAllow(x, policy));
  // Parts published before nodes knew resource policies.
  if (type === 'RESOURCE_POLICY') return refuse('ACCESS_DENIED');
  const authenticate = authenticateBy(plan, kit);
  if (authenticate === undefined) return refuse('AUTHORIZER_CONFIGURATION_ERROR');
  if (type === 'AWS_IAM') return iamStep(authenticate);
  return isTokenOnly(type) ? tokenStep(authenticate, policy) : functionStep(authenticate, policy);
};

/** What a user's and the resource's policies come to is the authenticator's, for it knows the user. */
function iamStep(authenticate: Authenticate): Step {
  return (x) => settled(x, authenticate(x), NO_MORE);
}

/** A token says who calls, and nothing of methods: the resource policy alone decides on those. */
function tokenStep(authenticate: Authenticate, policy: ResourcePolicy): Step {
  const require: Then = (x) => requireAllow(x, policy);
  return (x) => settled(x, authenticate(x), require);
}

function functionStep(authenticate: Authenticate, policy: ResourcePolicy): Step {
  const require: Then = (x, own) => requireFunctionAllows(x, own, policy);
  return (x) => {
    refuseDenied(x, policy);
    return settled(x, authenticate(x), require);
  };
}

function requireFunctionAllows(x: Exchange, own: Verdict, policy: ResourcePolicy): void {
  const verdict = combined(x, policy, { own, caller: undefined, isSameAccount: true });
  if (verdict === 'allow') return;
  const how = verdict === 'deny' ? ' with an explicit deny' : '';
  throw new GatewayError('ACCESS_DENIED', `User is not authorized to access this resource${how}`);
}

/** What follows when it is known who calls. */
type Then = (x: Exchange, own: Verdict) => void;

const NO_MORE: Then = () => undefined;

function settled(x: Exchange, verdict: Verdict | Promise<Verdict>, then: Then): void | Promise<void> {
  return verdict instanceof Promise ? verdict.then((late) => then(x, late)) : then(x, verdict);
}

/**
 * Who may call. Fails closed: a type of authorization that this node has no step for is refused, never passed.
 */
import type { GatewayResponseKind } from '../errors';
import type { RoutePlan, StepFactory } from '../program';
import { refuse } from '../refuse';

export const authorize: StepFactory = (plan) => {
  const kind = refusalOf(plan);
  return kind === undefined ? undefined : refuse(kind);
};

function refusalOf({ route, facts }: RoutePlan): GatewayResponseKind | undefined {
  switch (route.authorization.type) {
    case 'NONE':
      return undefined;
    case 'AWS_IAM':
      return facts.kind === 'REST' ? 'MISSING_AUTHENTICATION_TOKEN' : 'ACCESS_DENIED';
    case 'RESOURCE_POLICY':
      return 'ACCESS_DENIED';
    default:
      return 'AUTHORIZER_CONFIGURATION_ERROR';
  }
}

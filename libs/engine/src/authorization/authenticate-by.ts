/** The way to learn who calls that a route asks for. */
import type { AuthorizationSnapshot, AuthorizerSnapshot } from '@gatehouse/snapshot';
import type { Kit } from '../ports';
import type { RoutePlan } from '../program';
import type { Authenticate } from './authenticate';
import { functionAuthenticate } from './function-authorizer';
import { iamAuthenticate } from './iam-authorizer';
import { cognitoAuthenticate, jwtAuthenticate } from './token-authorizer';

/** `undefined` = there is none that can be used: nobody passes. */
export function authenticateBy(plan: RoutePlan, kit: Kit): Authenticate | undefined {
  const { type, authorizerId = '', scopes = [] } = plan.route.authorization;
  if (type === 'AWS_IAM') return iamAuthenticate(plan, kit);
  const { authorizers } = plan.access;
  const authorizer = Object.hasOwn(authorizers, authorizerId) ? authorizers[authorizerId] : undefined;
  if (authorizer === undefined || typeServedBy(authorizer) !== type) return undefined;
  switch (authorizer.type) {
    case 'TOKEN':
    case 'REQUEST':
      return functionAuthenticate(plan, authorizerId, authorizer, kit);
    case 'JWT':
      return jwtAuthenticate(plan, authorizer, scopes, kit);
    case 'COGNITO_USER_POOLS':
      return cognitoAuthenticate(plan, authorizer, scopes, kit);
  }
}

function typeServedBy({ type }: AuthorizerSnapshot): AuthorizationSnapshot['type'] {
  return type === 'TOKEN' || type === 'REQUEST' ? 'CUSTOM' : type;
}

export function isTokenOnly(type: AuthorizationSnapshot['type']): boolean {
  return type === 'JWT' || type === 'COGNITO_USER_POOLS';
}

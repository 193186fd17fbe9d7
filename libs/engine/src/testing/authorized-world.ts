/** Routes behind one function authorizer, `au1`, in a fake world. */
import type { FunctionAuthorizer, Snapshot } from '@gatehouse/snapshot';
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, type AskedFor } from './fake-world';

export const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:auth';
export const API = 'arn:aws:execute-api:eu-west-1:111122223333:api1';

export const authorizerOf = (members: Partial<FunctionAuthorizer> = {}): FunctionAuthorizer => ({
  type: 'TOKEN',
  name: 'auth',
  revision: 'r1',
  target: FUNCTION,
  payloadFormat: '1.0',
  simpleResponses: false,
  identitySource: ['method.request.header.Authorization'],
  ttlSeconds: 300,
  ...members,
});

export const policy = (effect: string, ...resources: string[]) => ({
  principalId: 'user-1',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: resources }],
  },
});

export function authorizedWorld(
  authorizer: Partial<FunctionAuthorizer> = {},
  members: Partial<Snapshot> = {},
  keys = ['GET /a', 'GET /b', 'POST /p/{id}'],
) {
  const fake = fakeWorld();
  const routes = keys.map((key) =>
    routeOf(key, {}, { authorization: { type: 'CUSTOM', authorizerId: 'au1' } }),
  );
  const snapshot = snapshotOf({ authorizers: { au1: authorizerOf(authorizer) }, routes, ...members });
  const gateway = gatewayOf(fake, snapshot);
  const isRest = snapshot.kind === 'REST';
  const call = (path: string, asked: AskedFor = {}) =>
    ask(gateway, { path: isRest ? `/prod${path}` : path, headers: ['Authorization', 'tok'], ...asked });
  return { fake, gateway, call };
}

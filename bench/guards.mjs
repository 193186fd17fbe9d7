// What a guarded route is made of, beside its snapshot: an authorizer by URL, an API key and its plan.
import { createHmac } from 'node:crypto';

export const API_KEY = 'bench-key-bench-key-bench-key';
const SALT = 'bench';
const PLAN = 'p1';

/** The open GET route again, below `path` and with more members. */
export function guarded(snapshot, path, members) {
  const open = snapshot.routes.find(({ method }) => method === 'GET');
  const to = `/${path}/{proxy+}`;
  return { ...open, id: path, path: to, key: `GET ${to}`, ...members };
}

/** Its results are kept for an hour. */
export function tokenAuthorizer(url) {
  return {
    type: 'TOKEN',
    name: 'token',
    revision: 'r1',
    target: `${url}/authorize`,
    payloadFormat: '1.0',
    simpleResponses: false,
    identitySource: ['method.request.header.Authorization'],
    ttlSeconds: 3600,
  };
}

/** `plan`: its throttle and quota; absent = none. */
export function apiKeys(plan) {
  const hmac = createHmac('sha256', SALT).update(API_KEY, 'latin1').digest('base64url');
  const keys = [{ hmac, keyId: 'k1', usagePlanId: PLAN }];
  return { salt: SALT, keys, ...(plan && { plans: { [PLAN]: plan } }) };
}

/**
 * AWS_IAM: the request's own signature says who calls (SigV4, service `execute-api`, header or query form), and the policies
 * of that user and of the API say whether it may.
 */
import { verifySigV4, type SigV4Refusal, type SigV4Request, type Verdict } from '@gatehouse/standards';
import { MAX_PAYLOAD_BYTES } from '../counted-body';
import { GatewayError, type GatewayResponseKind } from '../errors';
import { NOBODY, type Exchange } from '../exchange';
import { gathered } from '../gathered-body';
import type { Kit } from '../ports';
import type { RoutePlan } from '../program';
import { verdictFor } from './access-request';
import type { Authenticate } from './authenticate';
import { principalsOf, type Principal, type Principals } from './principals';
import { combined, compileResourcePolicy, refused, type ResourcePolicy } from './resource-policy';

export function iamAuthenticate(plan: RoutePlan, kit: Kit): Authenticate {
  const principals = principalsOf(plan, kit);
  const policy = compileResourcePolicy(plan);
  return (x) => {
    if (!x.hasBody) return passSigned(x, NO_BODY, principals, policy);
    return x.body.gather(MAX_PAYLOAD_BYTES).then((bytes) => {
      x.body = gathered(bytes);
      return passSigned(x, bytes, principals, policy);
    });
  };
}

const NO_BODY = new Uint8Array(0);

function passSigned(x: Exchange, body: Uint8Array, principals: Principals, policy: ResourcePolicy): Verdict {
  const verified = verifySigV4(signedRequest(x, body), {
    now: new Date(x.wallMs(x.startedMs)),
    lookup: (accessKeyId) => principals.get(accessKeyId),
    region: x.facts.region,
    services: ['execute-api'],
  });
  if (!verified.ok) throw refusalOf(x, verified);
  const principal = principals.get(verified.accessKeyId);
  if (principal === undefined) throw new Error('verified a key that is not known');
  identify(x, verified.accessKeyId, principal);
  const { caller } = principal;
  const own = verdictFor(x, principal.policies, caller);
  const isSameAccount = caller.accountId === x.facts.accountId;
  const verdict = combined(x, policy, { own, caller, isSameAccount });
  if (verdict !== 'allow') throw refused(x, caller.arn, verdict);
  return verdict;
}

function identify(x: Exchange, accessKey: string, { caller }: Principal): void {
  const { accountId, userId, arn } = caller;
  x.identity = { ...NOBODY, accessKey, accountId, caller: userId, user: userId, userArn: arn };
  x.authorizer = {
    by: 'iam',
    principalId: undefined,
    context: {},
    claims: undefined,
    scopes: undefined,
    latencyMs: undefined,
    usageIdentifierKey: undefined,
    text: undefined,
  };
}

/** Path and query as they came, the stage included. */
function signedRequest({ request }: Exchange, body: Uint8Array): SigV4Request {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < request.headers.length; i += 2) {
    const name = (request.headers[i] ?? '').toLowerCase();
    const value = request.headers[i + 1] ?? '';
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known},${value}`);
  }
  return { method: request.method, path: request.path, query: request.query, headers, body };
}

const KINDS: Readonly<Record<string, GatewayResponseKind>> = {
  MissingAuthenticationTokenException: 'MISSING_AUTHENTICATION_TOKEN',
  InvalidSignatureException: 'INVALID_SIGNATURE',
};

/** HTTP APIs say `Forbidden` to all of them. */
function refusalOf(x: Exchange, { code, message }: SigV4Refusal): GatewayError {
  if (x.facts.kind === 'HTTP') return new GatewayError('ACCESS_DENIED');
  const kind = KINDS[code] ?? 'ACCESS_DENIED';
  return new GatewayError(kind, message, undefined, code);
}

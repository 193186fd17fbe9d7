/**
 * What a request without a route hears. A REST API first looks at `Authorization`: anything that is not a SigV4 signature
 * is said to be a malformed one (reported of AWS, 2026).
 */
import { createHash } from 'node:crypto';
import type { ApiKind } from '@gatehouse/snapshot';
import { GatewayError, type Fault } from '../errors';
import { faultReply } from '../fault-reply';
import type { Step } from '../program';

export function refuseUnmatched(kind: ApiKind): Step {
  if (kind === 'HTTP') {
    return () => {
      throw new GatewayError('RESOURCE_NOT_FOUND');
    };
  }
  return (x) => {
    const { authorization } = x.fields;
    if (authorization === undefined || /^AWS4-/.test(authorization)) {
      throw new GatewayError('MISSING_AUTHENTICATION_TOKEN');
    }
    return faultReply(x, malformedSignature(authorization));
  };
}

function malformedSignature(authorization: string): Fault {
  const digest = createHash('sha256').update(authorization, 'latin1').digest('base64');
  const message =
    'Invalid key=value pair (missing equal-sign) in Authorization header ' +
    `(hashed with SHA-256 and encoded with Base64): '${digest}'.`;
  return { kind: 'INVALID_SIGNATURE', status: 403, errorType: 'IncompleteSignatureException', message };
}

/**
 * The one guard of the listener: nothing passes that is not let in here. Host and Origin first (DNS rebinding and calls of
 * web pages), then SigV4 for the service `lambda`.
 */
import { AwsError, type WireRequest } from '@gatehouse/aws-wire';
import { parseAuthorization, verifySigV4 } from '@gatehouse/standards';
import { isHostServed } from '@gatehouse/platform';

export interface Credential {
  readonly secret: string;
  /** 12 digits; of a service the one that it acts in by default. */
  readonly accountId: string;
  /** The key of the gateway: it calls functions, and does nothing else. */
  readonly mayInvokeOnly?: boolean;
}

export interface Caller {
  readonly accountId: string;
  readonly mayInvokeOnly: boolean;
  /**
   * Set where the call is made for a route or an authorizer of API Gateway, whose ARN it is: then it is the principal
   * apigateway.amazonaws.com that calls, and the function's policy must let it. Without it the account itself calls; so does
   * the gateway where the integration has a role.
   */
  readonly sourceArn?: string;
}

export interface GuardOptions {
  readonly credentialOf: (accessKeyId: string) => Credential | undefined;
  readonly region: string;
  /** Host names beside loopback ones, without port. */
  readonly allowedHosts: readonly string[];
}

/** Names what a call of the gateway is for, in IAM's words its `aws:SourceArn`; counts only where it is signed. */
export const SOURCE_ARN_HEADER = 'x-gatehouse-source-arn';

/** Throws AwsError 403. */
export function admit(request: WireRequest, options: GuardOptions): Caller {
  requireHost(request, options);
  const verified = verifySigV4(request, {
    now: new Date(),
    region: options.region,
    services: ['lambda'],
    lookup: options.credentialOf,
  });
  if (!verified.ok) throw new AwsError(verified.code, verified.status, verified.message);
  const credential = options.credentialOf(verified.accessKeyId);
  if (!credential) throw new Error('the key went away while it was verified');
  const { accountId, mayInvokeOnly = false } = credential;
  const sourceArn = signedHeader(request, SOURCE_ARN_HEADER);
  return { accountId, mayInvokeOnly, ...(sourceArn !== undefined && { sourceArn }) };
}

/** Before a body is read that may be large. */
export function requireHost({ headers }: Pick<WireRequest, 'headers'>, options: GuardOptions): void {
  if (!isHostServed(headers.get('host'), options.allowedHosts)) {
    throw AwsError.accessDenied(
      'This Host is not served. Use a loopback name, or allow it with GATEHOUSE_ADMIN_ALLOWED_HOSTS.',
    );
  }
  if (headers.has('origin')) throw AwsError.accessDenied('The Lambda API is not for web pages.');
}

/** Before more than a little is read: the request must at least name a key that is known. */
export function namesKnownKey(authorization: string | undefined, { credentialOf }: GuardOptions): boolean {
  const claim = parseAuthorization(authorization ?? '');
  return claim.ok && credentialOf(claim.value.credential.accessKeyId) !== undefined;
}

/** Throws AwsError 403 where the header came unsigned: without it the call would mean something else. */
function signedHeader({ headers }: WireRequest, name: string): string | undefined {
  const value = headers.get(name);
  if (value === undefined) return undefined;
  const claim = parseAuthorization(headers.get('authorization') ?? '');
  if (claim.ok && claim.value.signedHeaders.includes(name)) return value;
  throw AwsError.accessDenied(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
}

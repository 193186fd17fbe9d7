/**
 * The one global guard: nothing passes that is not let in here. Host and Origin first (DNS rebinding and cross-site calls
 * from a browser), then SigV4 in its header or query form, or a bearer token.
 */
import { AwsError } from '@gatehouse/aws-wire';
import { isHostServed } from '@gatehouse/platform';
import { verifySigV4 } from '@gatehouse/standards';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { wireRequest, type AdminRequest } from './admin-request';
import type { Caller, Credentials } from './credentials';

export interface AdminGuardOptions {
  readonly credentials: Credentials;
  readonly region: string;
  /** Host names without port that are answered beside loopback names. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly now?: () => Date;
}

export class AdminGuard implements CanActivate {
  constructor(private readonly options: AdminGuardOptions) {}

  /** Node reports come over Redis, which has its own access control; everything else is HTTP. */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === 'rpc') return true;
    const request = context.switchToHttp().getRequest<AdminRequest>();
    this.requireHost(request.headers.host);
    this.requireOrigin(request.headers.origin);
    request.caller = this.authenticate(request);
    return true;
  }

  private requireHost(header: string | undefined): void {
    if (isHostServed(header, this.options.allowedHosts)) return;
    throw AwsError.accessDenied(
      'This Host is not served. Use a loopback name, or allow it with GATEHOUSE_ADMIN_ALLOWED_HOSTS.',
    );
  }

  private requireOrigin(origin: string | undefined): void {
    if (origin === undefined || this.options.allowedOrigins.includes(origin)) return;
    throw AwsError.accessDenied('This Origin is not allowed. Allow it with GATEHOUSE_ADMIN_ALLOWED_ORIGINS.');
  }

  private authenticate(request: AdminRequest): Caller {
    const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller =
      bearer === undefined ? this.verifySignature(request) : this.options.credentials.callerOfToken(bearer);
    if (!caller)
      throw new AwsError(
        'UnrecognizedClientException',
        403,
        'The security token included in the request is invalid.',
      );
    return caller;
  }

  /** DIFFERS: regions; AWS has many, an installation has one. */
  private verifySignature(request: AdminRequest): Caller | undefined {
    const { credentials, region, now } = this.options;
    const verified = verifySigV4(wireRequest(request), {
      now: now?.() ?? new Date(),
      region,
      services: ['apigateway', 'execute-api'],
      lookup: (accessKeyId) => {
        const secret = credentials.secretOf(accessKeyId);
        return secret === undefined ? undefined : { secret };
      },
    });
    if (!verified.ok) throw new AwsError(verified.code, verified.status, verified.message);
    return credentials.callerOf(verified.accessKeyId);
  }
}

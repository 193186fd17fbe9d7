/** Options of a stage, as the OpenAPI document describes them. Absent = off. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class AuthorizerOptionsDocument {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: 86_400,
    description: 'seconds for which a result may be used beyond its time while the authorizer fails',
  })
  staleOnErrorSeconds?: number;
  @ApiPropertyOptional({
    minimum: 0,
    maximum: 60,
    description: 'seconds for which a failure of the authorizer is remembered',
  })
  errorTtlSeconds?: number;
  @ApiPropertyOptional({ description: 'JWTs: RS256, RS384 and RS512 only, as on AWS' })
  rsaOnly?: boolean;
}

export class LimitOptionsDocument {
  @ApiPropertyOptional({
    enum: ['local', 'allow', 'deny'],
    description: 'what happens while the store of the limits is away; default local: a node’s own share',
  })
  onStoreFailure?: 'local' | 'allow' | 'deny';
  @ApiPropertyOptional({ description: 'answers tell RateLimit fields, and 429 Retry-After' })
  headers?: boolean;
}

export class CacheOptionsDocument {
  @ApiPropertyOptional({
    description: 'callers, their Authorization and their cookies are no part of an answer’s key, as on AWS',
  })
  sharedAcrossCallers?: boolean;
  @ApiPropertyOptional({ description: 'what the origin says in Cache-Control counts' })
  honoursOrigin?: boolean;
  @ApiPropertyOptional({
    minimum: 0,
    maximum: 86_400,
    description: 'seconds for which an old answer is given while it is renewed',
  })
  staleWhileRevalidateSeconds?: number;
  @ApiPropertyOptional({
    minimum: 0,
    maximum: 86_400,
    description: 'seconds for which an old answer is given in place of a failure',
  })
  staleIfErrorSeconds?: number;
}

export class CanaryThresholdsDocument {
  @ApiPropertyOptional({ minimum: 0, maximum: 100, description: 'share of answers with status 5xx' })
  maxErrorPercent?: number;
  @ApiPropertyOptional({ minimum: 1, maximum: 600_000, description: '95th percentile of the whole time' })
  maxP95Ms?: number;
  @ApiProperty({ minimum: 5, maximum: 3600, description: 'calls of the last so many seconds count' })
  windowSeconds!: number;
  @ApiProperty({ minimum: 1, description: 'with fewer calls nothing is decided' })
  minRequests!: number;
}

export class CanaryOptionsDocument {
  @ApiPropertyOptional({ description: 'calls with the same value of this header go the same way' })
  stickyHeader?: string;
  @ApiPropertyOptional({ description: 'calls with the same value of this cookie go the same way' })
  stickyCookie?: string;
  @ApiPropertyOptional({ type: CanaryThresholdsDocument, description: 'above one of them it is removed' })
  autoAbort?: CanaryThresholdsDocument;
  @ApiPropertyOptional({
    type: CanaryThresholdsDocument,
    description: 'within all of them for a whole window it becomes the stage',
  })
  autoPromote?: CanaryThresholdsDocument;
}

export class StageOptionsDocument {
  @ApiPropertyOptional({ type: AuthorizerOptionsDocument })
  authorizers?: AuthorizerOptionsDocument;
  @ApiPropertyOptional({ type: LimitOptionsDocument })
  limits?: LimitOptionsDocument;
  @ApiPropertyOptional({ type: CacheOptionsDocument, description: 'REST stages' })
  cache?: CacheOptionsDocument;
  @ApiPropertyOptional({ type: CanaryOptionsDocument, description: 'REST APIs only' })
  canary?: CanaryOptionsDocument;
}

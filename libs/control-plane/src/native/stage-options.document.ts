/** Options of a stage, as the OpenAPI document describes them. Absent = off. */
import { ApiPropertyOptional } from '@nestjs/swagger';

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

export class StageOptionsDocument {
  @ApiPropertyOptional({ type: AuthorizerOptionsDocument })
  authorizers?: AuthorizerOptionsDocument;
  @ApiPropertyOptional({ type: LimitOptionsDocument })
  limits?: LimitOptionsDocument;
  @ApiPropertyOptional({ type: CacheOptionsDocument, description: 'REST stages' })
  cache?: CacheOptionsDocument;
}

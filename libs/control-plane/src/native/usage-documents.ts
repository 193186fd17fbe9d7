/** The shapes of metering, as the OpenAPI document describes them. Times are ISO 8601 texts. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CountsDocument {
  @ApiProperty()
  calls!: number;
  @ApiProperty({
    description: 'calls that are charged: none that was refused, of HTTP APIs one for each 512 KB',
  })
  billed!: number;
  @ApiProperty({ description: 'bytes of request bodies' })
  bytesIn!: number;
  @ApiProperty({ description: 'bytes of response bodies' })
  bytesOut!: number;
  @ApiProperty()
  cacheHits!: number;
}

export class UsageTotalDocument extends CountsDocument {
  @ApiPropertyOptional()
  apiId?: string;
  @ApiPropertyOptional()
  stage?: string;
  @ApiPropertyOptional({ description: 'route key; - where none matched' })
  route?: string;
  @ApiPropertyOptional()
  keyId?: string;
}

export class UsageDocument {
  @ApiProperty()
  from!: string;
  @ApiProperty({ description: 'not included' })
  to!: string;
  @ApiProperty({ type: [UsageTotalDocument], description: 'most calls first' })
  items!: readonly UsageTotalDocument[];
}

export class KeyQuotaDocument {
  @ApiProperty()
  keyId!: string;
  @ApiPropertyOptional()
  name?: string;
  @ApiProperty({ enum: ['DAY', 'WEEK', 'MONTH'] })
  period!: 'DAY' | 'WEEK' | 'MONTH';
  @ApiProperty({ description: 'calls of this period, with what UpdateUsage has granted' })
  limit!: number;
  @ApiProperty()
  used!: number;
  @ApiProperty()
  remaining!: number;
  @ApiProperty({ description: 'when the next period begins' })
  resetsAt!: string;
}

export class KeyQuotasDocument {
  @ApiProperty()
  usagePlanId!: string;
  @ApiProperty({ type: [KeyQuotaDocument], description: 'in the order in which they joined the plan' })
  items!: readonly KeyQuotaDocument[];
  @ApiPropertyOptional({ description: 'cursor of the next page' })
  next?: string;
}

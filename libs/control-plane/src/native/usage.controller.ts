/** `/admin/v1/usage`: what was metered, of an account's own APIs. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { AdminRequest } from '../security/admin-request';
import type { Services } from '../services';
import { SERVICES } from '../tokens';
import { callerOf } from './request';

export class UsageTotalDocument {
  @ApiPropertyOptional()
  apiId?: string;
  @ApiPropertyOptional()
  stage?: string;
  @ApiPropertyOptional({ description: 'route key; - where none matched' })
  route?: string;
  @ApiPropertyOptional()
  keyId?: string;
  @ApiProperty()
  calls!: number;
  @ApiProperty({ description: 'bytes of request bodies' })
  bytesIn!: number;
  @ApiProperty({ description: 'bytes of response bodies' })
  bytesOut!: number;
  @ApiProperty()
  cacheHits!: number;
}

export class UsageDocument {
  @ApiProperty()
  from!: string;
  @ApiProperty({ description: 'not included' })
  to!: string;
  @ApiProperty({ type: [UsageTotalDocument], description: 'most calls first' })
  items!: UsageTotalDocument[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

@ApiTags('usage')
@ApiBearerAuth()
@Controller('admin/v1/usage')
export class UsageController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get()
  @ApiOperation({
    summary: 'The APIs, stages, routes or keys with the most calls; counts arrive within seconds',
  })
  @ApiQuery({
    name: 'by',
    enum: ['api', 'stage', 'route', 'key'],
    required: false,
    description: 'default api',
  })
  @ApiQuery({ name: 'from', required: false, description: 'ISO 8601; default an hour ago' })
  @ApiQuery({ name: 'to', required: false, description: 'ISO 8601; default now' })
  @ApiQuery({ name: 'apiId', required: false })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 500, default 25' })
  @ApiOkResponse({ type: UsageDocument })
  async list(
    @Req() request: AdminRequest,
    @Query() query: Record<string, string | undefined>,
  ): Promise<UsageDocument> {
    const nowMs = Date.now();
    const from = query.from === undefined ? minute(nowMs - HOUR_MS) : new Date(query.from);
    const to = query.to === undefined ? minute(nowMs + MINUTE_MS) : new Date(query.to);
    const { by = 'api', limit = '25', apiId } = query;
    const items = await this.services.usage.totals(callerOf(request), {
      ...{ by, from, to, limit: Number(limit) },
      ...(apiId !== undefined && { apiId }),
    });
    return { from: from.toISOString(), to: to.toISOString(), items };
  }
}

function minute(ms: number): Date {
  return new Date(ms - (ms % MINUTE_MS));
}

/** `/admin/v1/usage`: what was metered, of an account's own APIs, and what is left of its keys' quotas. */
import { AwsError } from '@gatehouse/aws-wire';
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { AdminRequest } from '../security/admin-request';
import type { Services } from '../services';
import type { UsageParameters } from '../services/usage-query';
import { SERVICES } from '../tokens';
import { callerOf, pageRequest } from './request';
import { KeyQuotasDocument, UsageDocument } from './usage-documents';

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
  list(@Req() request: AdminRequest, @Query() query: UsageParameters): Promise<UsageDocument> {
    return this.services.usage.totals(callerOf(request), query);
  }

  @Get('quotas')
  @ApiOperation({ summary: 'What the keys of a usage plan have left of their quotas now' })
  @ApiQuery({ name: 'usagePlanId' })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 500, default 25' })
  @ApiOkResponse({ type: KeyQuotasDocument })
  quotas(
    @Req() request: AdminRequest,
    @Query('usagePlanId') usagePlanId: unknown,
    @Query('cursor') cursor?: string,
    @Query('limit') limit?: string,
  ): Promise<KeyQuotasDocument> {
    if (typeof usagePlanId !== 'string' || usagePlanId === '')
      throw AwsError.badRequest('usagePlanId must be given');
    return this.services.usage.quotas(callerOf(request), usagePlanId, pageRequest(cursor, limit));
  }
}

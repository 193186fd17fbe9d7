/** `/admin/v1/price-book` and `/admin/v1/statements`, each of the caller's own account. */
import { statementCsv } from '@gatehouse/catalog';
import { AwsError } from '@gatehouse/aws-wire';
import { Controller, Get, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import type { AdminRequest } from '../security/admin-request';
import type { Services } from '../services';
import { SERVICES } from '../tokens';
import { PriceBookDocument, ValidPriceBookDocument } from './price-book-documents';
import { bodyOf, callerOf } from './request';
import { StatementDocument } from './statement-documents';

@ApiTags('billing')
@ApiBearerAuth()
@Controller('admin/v1/price-book')
export class PriceBookController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get()
  @ApiOperation({ summary: 'The price book of the account, or the example while it has none' })
  @ApiOkResponse({ type: ValidPriceBookDocument })
  get(@Req() request: AdminRequest): Promise<ValidPriceBookDocument> {
    return this.services.priceBooks.current(callerOf(request).accountId);
  }

  @Put()
  @ApiOperation({ summary: 'Replace the price book; it prices the running month and later ones' })
  @ApiBody({ type: PriceBookDocument })
  @ApiOkResponse({ type: ValidPriceBookDocument })
  put(@Req() request: AdminRequest): Promise<ValidPriceBookDocument> {
    return this.services.priceBooks.put(callerOf(request).accountId, bodyOf(request));
  }
}

@ApiTags('billing')
@ApiBearerAuth()
@Controller('admin/v1/statements')
export class StatementsController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get(':month')
  @ApiOperation({ summary: 'The statement of a month (yyyy-mm, UTC); of the running one an estimate' })
  @ApiQuery({ name: 'format', enum: ['json', 'csv'], required: false, description: 'goes before Accept' })
  @ApiProduces('application/json', 'text/csv')
  @ApiOkResponse({ type: StatementDocument })
  async get(
    @Req() request: AdminRequest,
    @Res({ passthrough: true }) response: Response,
    @Param('month') month: string,
    @Query('format') format: unknown,
  ): Promise<StatementDocument | string> {
    const isCsv = wantsCsv(request, format);
    const statement = await this.services.statements.get(callerOf(request).accountId, month);
    response.vary('Accept');
    if (!isCsv) return statement;
    response.type('text/csv').attachment(`statement-${statement.month}.csv`);
    return statementCsv(statement);
  }
}

function wantsCsv(request: AdminRequest, format: unknown): boolean {
  if (format === undefined) return request.accepts(['application/json', 'text/csv']) === 'text/csv';
  if (format === 'json' || format === 'csv') return format === 'csv';
  throw AwsError.badRequest('format must be json or csv');
}

/** The shapes of statements, as the OpenAPI document describes them. Amounts are decimal texts, times ISO 8601 texts. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CountsDocument } from './usage-documents';

class NamedCountsDocument extends CountsDocument {
  @ApiPropertyOptional()
  name?: string;
  @ApiPropertyOptional()
  isDeleted?: true;
  @ApiProperty()
  amount!: string;
}

export class StatementTotalsDocument extends CountsDocument {
  @ApiProperty({ description: 'for which caches were on, over all stages' })
  cacheSeconds!: number;
  @ApiProperty()
  amount!: string;
  @ApiProperty({ description: 'amount, rounded half up to the minor unit of the currency' })
  payable!: string;
}

export class StatementLineDocument {
  @ApiProperty({ description: 'where the price is in the book', example: 'calls.REST' })
  meter!: string;
  @ApiProperty()
  tier!: number;
  @ApiProperty()
  quantity!: number;
  @ApiProperty({ enum: ['call', 'byte', 'second'] })
  unit!: 'call' | 'byte' | 'second';
  @ApiProperty()
  price!: string;
  @ApiProperty({ description: 'how many units the price is for' })
  per!: number;
  @ApiProperty()
  amount!: string;
}

export class KeyChargesDocument {
  @ApiProperty()
  calls!: string;
  @ApiProperty()
  dataOut!: string;
}

export class ApiChargesDocument extends KeyChargesDocument {
  @ApiProperty()
  cacheHours!: string;
}

export class StatementKeyDocument extends NamedCountsDocument {
  @ApiPropertyOptional({ description: 'absent: calls that needed no key' })
  keyId?: string;
  @ApiProperty({ type: KeyChargesDocument })
  charges!: KeyChargesDocument;
}

export class StatementCacheDocument {
  @ApiProperty()
  stage!: string;
  @ApiProperty({ description: 'in GB' })
  size!: string;
  @ApiProperty()
  seconds!: number;
  @ApiProperty()
  amount!: string;
}

export class StatementApiDocument extends NamedCountsDocument {
  @ApiProperty()
  apiId!: string;
  @ApiPropertyOptional({ enum: ['REST', 'HTTP'], description: 'absent: not known any more' })
  kind?: 'REST' | 'HTTP';
  @ApiProperty({ type: ApiChargesDocument })
  charges!: ApiChargesDocument;
  @ApiProperty({ type: [StatementKeyDocument] })
  keys!: readonly StatementKeyDocument[];
  @ApiProperty({ type: [StatementCacheDocument] })
  caches!: readonly StatementCacheDocument[];
}

export class ProjectionDocument {
  @ApiProperty({ enum: ['linear'], description: 'quantities grow in proportion to time, then tiers apply' })
  method!: 'linear';
  @ApiProperty({ type: [StatementLineDocument] })
  lines!: readonly StatementLineDocument[];
  @ApiProperty()
  amount!: string;
  @ApiProperty()
  payable!: string;
}

export class UsedPriceBookDocument {
  @ApiProperty({ enum: ['own', 'example'] })
  source!: 'own' | 'example';
  @ApiPropertyOptional()
  validFrom?: string;
}

export class StatementDocument {
  @ApiProperty()
  accountId!: string;
  @ApiProperty({ example: '2026-11' })
  month!: string;
  @ApiProperty({ enum: ['estimate', 'final'], description: 'estimate while the month runs' })
  status!: 'estimate' | 'final';
  @ApiPropertyOptional({ description: 'of an estimate: up to when it counts' })
  upTo?: string;
  @ApiProperty()
  currency!: string;
  @ApiProperty({ type: UsedPriceBookDocument })
  priceBook!: UsedPriceBookDocument;
  @ApiProperty({ type: StatementTotalsDocument })
  totals!: StatementTotalsDocument;
  @ApiProperty({ type: [StatementLineDocument] })
  lines!: readonly StatementLineDocument[];
  @ApiProperty({ type: [StatementApiDocument], description: 'with keys and caches; they sum to the totals' })
  apis!: readonly StatementApiDocument[];
  @ApiProperty({ type: [StatementKeyDocument], description: 'each over all APIs; without caches' })
  keys!: readonly StatementKeyDocument[];
  @ApiPropertyOptional({ type: ProjectionDocument, description: 'of an estimate: to the end of the month' })
  projection?: ProjectionDocument;
}

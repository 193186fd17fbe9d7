/** The shapes of price books, as the OpenAPI document describes them. Prices are decimal texts. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const TIERS = 'tiers follow each other';

export class TierDocument {
  @ApiPropertyOptional({ description: 'up to how much of a month; the last tier has none' })
  upTo?: number;
  @ApiProperty({ example: '3.50' })
  price!: string;
}

export class CallPricesDocument {
  @ApiProperty({ type: [TierDocument], description: `price of a million calls; ${TIERS}` })
  REST!: readonly TierDocument[];
  @ApiProperty({ type: [TierDocument] })
  HTTP!: readonly TierDocument[];
}

export class WebSocketPricesDocument {
  @ApiProperty({ type: [TierDocument], description: 'price of a million messages; not metered yet' })
  messages!: readonly TierDocument[];
  @ApiProperty({ type: [TierDocument], description: 'price of a million minutes; not metered yet' })
  connectionMinutes!: readonly TierDocument[];
}

export class PriceBookDocument {
  @ApiProperty({ description: 'ISO 4217', example: 'USD' })
  currency!: string;
  @ApiProperty({ type: CallPricesDocument })
  calls!: CallPricesDocument;
  @ApiProperty({ type: [TierDocument], description: 'price of a GB (2^30 bytes) of response bodies' })
  dataOut!: readonly TierDocument[];
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'price of an hour, by cacheClusterSize; all sizes',
  })
  cacheHours!: Readonly<Record<string, string>>;
  @ApiProperty({ type: WebSocketPricesDocument })
  webSocket!: WebSocketPricesDocument;
}

export class ValidPriceBookDocument {
  @ApiProperty({ enum: ['own', 'example'], description: 'example: none was put yet' })
  source!: 'own' | 'example';
  @ApiPropertyOptional({ description: 'ISO 8601' })
  validFrom?: string;
  @ApiProperty({ type: PriceBookDocument })
  book!: PriceBookDocument;
}

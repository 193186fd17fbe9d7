/** Price books of accounts. Every one that was put is kept, so that past months keep their prices. */
import { EXAMPLE_PRICE_BOOK, readPriceBook, type PriceBook } from '@gatehouse/catalog';
import { LessThan, type FindOptionsWhere } from 'typeorm';
import { PriceBookRow } from '../storage/billing-entities';
import type { Workspace } from './workspace';

export interface ValidPriceBook {
  /** `example`: the account had put none by then. */
  readonly source: 'own' | 'example';
  /** Of an own one. ISO 8601. */
  readonly validFrom?: string;
  readonly book: PriceBook;
}

export class PriceBooks {
  constructor(private readonly workspace: Workspace) {}

  current(accountId: string): Promise<ValidPriceBook> {
    return this.newest({ accountId });
  }

  /** The one that is valid just before a moment (epoch milliseconds). */
  before(accountId: string, ms: number): Promise<ValidPriceBook> {
    return this.newest({ accountId, validFrom: LessThan(new Date(ms)) });
  }

  /** Valid from now on. Throws `BadRequestException` that names the member. */
  async put(accountId: string, document: Readonly<Record<string, unknown>>): Promise<ValidPriceBook> {
    const row = { accountId, validFrom: new Date(this.workspace.now()), document: readPriceBook(document) };
    await this.workspace.database.manager.insert(PriceBookRow, row);
    return shown(row);
  }

  private async newest(where: FindOptionsWhere<PriceBookRow>): Promise<ValidPriceBook> {
    const row = await this.workspace.database.manager.findOne(PriceBookRow, {
      where,
      order: { validFrom: 'DESC', sequence: 'DESC' },
    });
    return row ? shown(row) : { source: 'example', book: EXAMPLE_PRICE_BOOK };
  }
}

function shown({ validFrom, document }: Pick<PriceBookRow, 'validFrom' | 'document'>): ValidPriceBook {
  return { source: 'own', validFrom: validFrom.toISOString(), book: document };
}

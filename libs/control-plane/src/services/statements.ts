/** Monthly statements: read from what is stored whenever they are asked for. */
import { billingMonth, makeStatement, notFound, type Statement } from '@gatehouse/catalog';
import { monthUsage } from './month-usage';
import type { PriceBooks } from './price-books';
import type { Workspace } from './workspace';

export class Statements {
  constructor(
    private readonly workspace: Workspace,
    private readonly priceBooks: PriceBooks,
  ) {}

  /** `name`: `2026-11`. A month has the prices that were valid at its end, whatever was put later. */
  async get(accountId: string, name: string): Promise<Statement> {
    const month = billingMonth(name);
    const nowMs = this.workspace.now();
    if (nowMs < month.startMs) throw notFound(`There is no statement of ${name}: it has not begun (UTC)`);
    const { book, ...priceBook } = await this.priceBooks.before(accountId, month.endMs);
    const usage = await monthUsage(this.workspace.database.manager, accountId, month, nowMs);
    return makeStatement({ accountId, month, nowMs, book, priceBook }, usage);
  }
}

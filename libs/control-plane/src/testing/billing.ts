/** Statements and price books for specs: at any time, of accounts of their own, and over the admin listener. */
import type { Statement } from '@gatehouse/catalog';
import type { MeterRow } from '@gatehouse/engine';
import type { DataSource } from 'typeorm';
import { PriceBooks } from '../services/price-books';
import { Statements } from '../services/statements';
import { Workspace } from '../services/workspace';
import { openDatabase } from '../storage/data-source';
import { startAdmin, type AdminUnderTest } from './admin';

export interface BillingUnderTest {
  readonly admin: AdminUnderTest;
  readonly database: DataSource;
  freshAccount(): string;
  meter(...rows: MeterRow[]): Promise<void>;
  /** As they are at `now`, ISO 8601. */
  booksAt(now: string): PriceBooks;
  statementAt(now: string, month: string, accountId: string): Promise<Statement>;
  native(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

export async function startBilling(): Promise<BillingUnderTest> {
  const admin = await startAdmin();
  const database = await openDatabase(admin.databaseUrl);
  let [accounts, sources] = [100_000_000_000, 0];
  const at = (now: string): Workspace =>
    new Workspace(
      database,
      () => undefined,
      () => Date.parse(now),
    );
  return {
    admin,
    database,
    freshAccount: () => String(++accounts),
    meter: (...rows) =>
      admin.controlPlane.meters.deliver({ source: `b${++sources}`, batches: [{ sequence: 1, rows }] }),
    booksAt: (now) => new PriceBooks(at(now)),
    statementAt: (now, month, accountId) =>
      new Statements(at(now), new PriceBooks(at(now))).get(accountId, month),
    native: (path, init = {}) =>
      fetch(`${admin.url}/admin/v1/${path}`, {
        ...init,
        headers: { authorization: `Bearer ${admin.token}`, ...init.headers },
      }),
    stop: async () => {
      await database.destroy();
      await admin.stop();
    },
  };
}

/** Status and detail of a problem. */
export async function problemOf(answer: Response): Promise<[status: number, detail: string]> {
  return [answer.status, ((await answer.json()) as { detail: string }).detail];
}

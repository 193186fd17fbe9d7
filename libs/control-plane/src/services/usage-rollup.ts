/** What nodes have metered, added up. A batch is counted once, however often it comes. */
import { sumRows, type MeterRow } from '@gatehouse/engine';
import type { MeterDelivery, MeterStore } from '@gatehouse/platform';
import type { DataSource, EntityManager } from 'typeorm';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
/** Days are kept for good, minutes for two months, and so long what is counted of a life of a node that says nothing any more. */
const KEEP_MS = 62 * 86_400_000;
const SWEEP_MS = 3_600_000;

export class UsageRollup implements MeterStore {
  private sweptMs = Date.now();

  constructor(private readonly database: DataSource) {}

  /** All or nothing; rejects when the database is out of reach. */
  async deliver({ source, batches }: MeterDelivery): Promise<void> {
    await this.database.transaction(async (db) => {
      // The mark's lock makes deliveries of one source wait for each other.
      const [mark] = await db.query<{ sequence: string }[]>(
        `INSERT INTO meter_marks (source, sequence, seen_at) VALUES ($1, 0, now())
         ON CONFLICT (source) DO UPDATE SET seen_at = now() RETURNING sequence`,
        [source],
      );
      const news = batches.filter(({ sequence }) => sequence > Number(mark?.sequence ?? 0));
      const last = news.at(-1);
      if (last === undefined) return;
      const rows = news.flatMap((batch) => batch.rows);
      await add(db, 'usage_minutes', rows, (minute) => minute);
      await add(db, 'usage_days', rows, (minute) => minute - (minute % DAY_MINUTES));
      await db.query('UPDATE meter_marks SET sequence = $2 WHERE source = $1', [source, last.sequence]);
    });
    if (Date.now() - this.sweptMs > SWEEP_MS) await this.sweep();
  }

  private async sweep(): Promise<void> {
    this.sweptMs = Date.now();
    const before = new Date(this.sweptMs - KEEP_MS);
    await this.database.query('DELETE FROM usage_minutes WHERE at < $1', [before]);
    await this.database.query('DELETE FROM meter_marks WHERE seen_at < $1', [before]);
  }
}

/** In one order everywhere, so that two deliveries never wait for each other in a circle. */
async function add(
  db: EntityManager,
  table: 'usage_minutes' | 'usage_days',
  rows: readonly MeterRow[],
  minuteOf: (minute: number) => number,
): Promise<void> {
  const sums = sumRows(rows.map((row) => ({ ...row, minute: minuteOf(row.minute) })));
  const column = (of: (row: MeterRow) => unknown): unknown[] => sums.map(of);
  await db.query(
    `INSERT INTO ${table} AS known
       (at, account_id, api_id, stage, route, plan_id, key_id, calls, admitted, billed, bytes_in, bytes_out, cache_hits)
     SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
     ON CONFLICT (at, account_id, api_id, stage, route, plan_id, key_id) DO UPDATE SET
       calls = known.calls + excluded.calls, admitted = known.admitted + excluded.admitted,
       billed = coalesce(known.billed, known.calls) + excluded.billed,
       bytes_in = known.bytes_in + excluded.bytes_in, bytes_out = known.bytes_out + excluded.bytes_out,
       cache_hits = known.cache_hits + excluded.cache_hits`,
    [
      column(({ minute }) => new Date(minute * MINUTE_MS)),
      column(({ accountId }) => accountId),
      column(({ apiId }) => apiId),
      column(({ stage }) => stage),
      column(({ route }) => route),
      column(({ usagePlanId }) => usagePlanId),
      column(({ keyId }) => keyId),
      column(({ calls }) => calls),
      column(({ admitted }) => admitted),
      column(({ billed }) => billed),
      column(({ bytesIn }) => bytesIn),
      column(({ bytesOut }) => bytesOut),
      column(({ cacheHits }) => cacheHits),
    ],
  );
}

/** Sums of what was metered, by what one asks for, the most calls first. */
import type { EntityManager } from 'typeorm';

/** Columns of the tables, by their names outside. */
const GROUPS = {
  api: { apiId: 'api_id' },
  stage: { apiId: 'api_id', stage: 'stage' },
  route: { apiId: 'api_id', stage: 'stage', route: 'route' },
  key: { keyId: 'key_id' },
} as const;

export type UsageGroup = keyof typeof GROUPS;
export const USAGE_GROUPS = Object.keys(GROUPS) as readonly UsageGroup[];

export interface UsageQuery {
  readonly by: UsageGroup;
  /** Minutes that begin in here; `to` is not included. */
  readonly from: Date;
  readonly to: Date;
  /** Only of this API. */
  readonly apiId?: string;
  /** 1 to 500. */
  readonly limit: number;
}

export interface UsageTotal {
  readonly apiId?: string;
  readonly stage?: string;
  readonly route?: string;
  readonly keyId?: string;
  readonly calls: number;
  readonly billed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cacheHits: number;
}

type Row = Record<string, string>;

export async function totals(
  db: EntityManager,
  accountId: string,
  { by, from, to, apiId, limit }: UsageQuery,
): Promise<UsageTotal[]> {
  const columns = Object.entries(GROUPS[by]);
  const names = columns.map(([, column]) => column).join(', ');
  const rows = await db.query<Row[]>(
    `SELECT ${columns.map(([name, column]) => `${column} AS "${name}"`).join(', ')}, sum(calls) AS calls,
            sum(coalesce(billed, calls)) AS billed, sum(bytes_in) AS "bytesIn", sum(bytes_out) AS "bytesOut", sum(cache_hits) AS "cacheHits"
       FROM usage_minutes
      WHERE account_id = $1 AND at >= $2 AND at < $3 AND ($4::text IS NULL OR api_id = $4)
      ${by === 'key' ? "AND key_id <> ''" : ''}
      GROUP BY ${names} ORDER BY sum(calls) DESC, ${names} LIMIT $5`,
    [accountId, from, to, apiId ?? null, limit],
  );
  return rows.map(({ calls, billed, bytesIn, bytesOut, cacheHits, ...of }) => ({
    ...of,
    calls: Number(calls),
    billed: Number(billed),
    bytesIn: Number(bytesIn),
    bytesOut: Number(bytesOut),
    cacheHits: Number(cacheHits),
  }));
}

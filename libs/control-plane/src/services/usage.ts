/** What keys have used of their quotas, and what is used most. Nodes' metering arrives within a second or two. */
import {
  badRequest,
  notFound,
  remainingIn,
  usageDays,
  type PatchOperation,
  type QuotaSettings,
} from '@gatehouse/catalog';
import { dayOf, periodAt, type QuotaTerms } from '@gatehouse/engine';
import type { EntityManager } from 'typeorm';
import { UsagePlanKeyRow, UsagePlanStageRow, type UsagePlanRow } from '../storage/entities';
import type { Scope } from '../storage/graph-store';
import { QuotaExtensionRow } from '../storage/usage-entities';
import { pageOf, type PageRequest } from './pages';
import { lockPlans, markStages, planRow } from './plan-rows';
import { usageQuery, type UsageParameters } from './usage-query';
import { keyQuotas, type KeyQuotas } from './usage-quotas';
import { totals, type UsageTotal } from './usage-totals';
import type { Workspace } from './workspace';

export interface Usage {
  readonly usagePlanId: string;
  readonly startDate: string;
  readonly endDate: string;
  /** By key: of each day how many calls were used, and how many were left after it. */
  readonly items: Readonly<Record<string, (readonly [used: number, remaining: number])[]>>;
  readonly next?: string;
}

export interface UsageRequest {
  readonly usagePlanId: string;
  readonly keyId?: string;
  readonly startDate: string;
  readonly endDate: string;
}

export interface UsageTotals {
  /** ISO 8601; `to` is not included. */
  readonly from: string;
  readonly to: string;
  readonly items: readonly UsageTotal[];
}

type Extension = Pick<QuotaExtensionRow, 'fromDay' | 'calls'>;

export class UsageService {
  constructor(private readonly workspace: Workspace) {}

  /** Keys in the order in which they joined the plan. A `keyId` that is not in it is a `NotFoundException`. */
  async get(
    scope: Scope,
    { usagePlanId, keyId, startDate, endDate }: UsageRequest,
    page: PageRequest,
  ): Promise<Usage> {
    const { manager } = this.workspace.database;
    const plan = await planRow(manager, scope, usagePlanId);
    const days = usageDays(startDate, endDate);
    if (keyId !== undefined) await requireMember(manager, usagePlanId, keyId);
    const rows = await manager.find(UsagePlanKeyRow, {
      where: { planId: usagePlanId, ...(keyId !== undefined && { keyId }) },
      order: { sequence: 'ASC' },
    });
    const { items, ...rest } = pageOf(rows, (row) => row.keyId, page);
    const shown: Record<string, (readonly [number, number])[]> = {};
    for (const row of items) shown[row.keyId] = await this.ofKey(manager, plan, row.keyId, days);
    return { usagePlanId, startDate, endDate, items: shown, ...rest };
  }

  /** In the current period `/remaining` calls are left from now on. Only to a key of the plan. */
  update(
    scope: Scope,
    usagePlanId: string,
    keyId: string,
    operations: readonly PatchOperation[],
  ): Promise<Usage> {
    return this.workspace.transaction(async (db) => {
      await lockPlans(db, scope);
      const plan = await planRow(db, scope, usagePlanId);
      await requireMember(db, usagePlanId, keyId);
      const { quota } = plan.document;
      if (!quota) throw badRequest(`Usage Plan ${usagePlanId} has no quota`);
      const remaining = remainingIn(operations);
      const today = dayOf(this.workspace.now());
      const fromDay = periodStart(quota, today);
      const used = sum(await usedByDay(db, usagePlanId, keyId, fromDay, today));
      const calls = String(remaining + used - quota.limit);
      await db.upsert(QuotaExtensionRow, { planId: usagePlanId, keyId, fromDay, calls }, ['planId', 'keyId']);
      await markStages(db, await db.findBy(UsagePlanStageRow, { planId: usagePlanId }));
      const items = { [keyId]: await this.ofKey(db, plan, keyId, [today]) };
      return { usagePlanId, startDate: today, endDate: today, items };
    });
  }

  async totals(scope: Scope, asked: UsageParameters): Promise<UsageTotals> {
    const query = usageQuery(asked, this.workspace.now());
    const items = await totals(this.workspace.database.manager, scope.accountId, query);
    return { from: query.from.toISOString(), to: query.to.toISOString(), items };
  }

  quotas(scope: Scope, usagePlanId: string, page: PageRequest): Promise<KeyQuotas> {
    return keyQuotas(this.workspace.database.manager, scope, usagePlanId, this.workspace.now(), page);
  }

  private async ofKey(
    db: EntityManager,
    { id, document: { quota } }: UsagePlanRow,
    keyId: string,
    days: readonly string[],
  ): Promise<[number, number][]> {
    const [first = '', last = ''] = [days[0], days.at(-1)];
    const from = quota ? periodStart(quota, first) : first;
    const used = await usedByDay(db, id, keyId, from, last);
    const extension = await db.findOneBy(QuotaExtensionRow, { planId: id, keyId });
    return days.map((day) => [used.get(day) ?? 0, quota ? leftAfter(quota, day, used, extension) : 0]);
  }
}

/** AWS's words for a key that GetUsage does not know, as clients report them; of UpdateUsage none are known. */
async function requireMember(db: EntityManager, planId: string, keyId: string): Promise<void> {
  const isMember = await db.existsBy(UsagePlanKeyRow, { planId, keyId });
  if (!isMember) throw notFound('Invalid Key identifier specified');
}

function leftAfter(
  quota: QuotaSettings,
  day: string,
  used: ReadonlyMap<string, number>,
  extension: Extension | null,
): number {
  const from = periodStart(quota, day);
  const extra = extension?.fromDay === from ? Number(extension.calls) : 0;
  const inPeriod = sum(new Map([...used].filter(([one]) => one >= from && one <= day)));
  return Math.max(0, quota.limit + extra - inPeriod);
}

function periodStart({ period, offset }: QuotaSettings, day: string): string {
  return dayOf(periodAt({ period: period as QuotaTerms['period'], offset }, Date.parse(day)).startMs);
}

function sum(byDay: ReadonlyMap<string, number>): number {
  return [...byDay.values()].reduce((all, one) => all + one, 0);
}

async function usedByDay(
  db: EntityManager,
  planId: string,
  keyId: string,
  from: string,
  to: string,
): Promise<Map<string, number>> {
  const rows = await db.query<{ at: Date; used: string }[]>(
    `SELECT at, sum(admitted) AS used FROM usage_days
      WHERE plan_id = $1 AND key_id = $2 AND at BETWEEN $3 AND $4 GROUP BY at`,
    [planId, keyId, new Date(from), new Date(to)],
  );
  return new Map(rows.map(({ at, used }) => [dayOf(at.getTime()), Number(used)]));
}

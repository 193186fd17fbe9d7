/** Tables of what nodes have metered. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Up to which number what a life of a node has metered is counted. */
@Entity('meter_marks')
export class MeterMarkRow {
  @PrimaryColumn('text')
  source!: string;

  @Column('bigint')
  sequence!: string;

  @Column('timestamptz', { name: 'seen_at' })
  @Index()
  seenAt!: Date;
}

/** What nodes have metered: a row for each minute, and one for each day. */
class UsageColumns {
  @PrimaryColumn('timestamptz')
  at!: Date;

  @PrimaryColumn('text', { name: 'account_id' })
  accountId!: string;

  @PrimaryColumn('text', { name: 'api_id' })
  apiId!: string;

  @PrimaryColumn('text')
  stage!: string;

  @PrimaryColumn('text')
  route!: string;

  /** '' = no key was needed. */
  @PrimaryColumn('text', { name: 'plan_id' })
  planId!: string;

  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  @Column('bigint')
  calls!: string;

  /** Calls that count against the key's quota. */
  @Column('bigint')
  admitted!: string;

  /** Calls that are charged; null = from before they were counted: all of them. */
  @Column('bigint', { nullable: true })
  billed!: string | null;

  @Column('bigint', { name: 'bytes_in' })
  bytesIn!: string;

  @Column('bigint', { name: 'bytes_out' })
  bytesOut!: string;

  @Column('bigint', { name: 'cache_hits' })
  cacheHits!: string;
}

@Entity('usage_minutes')
export class UsageMinuteRow extends UsageColumns {}

@Entity('usage_days')
@Index(['planId', 'keyId', 'at'])
export class UsageDayRow extends UsageColumns {}

/** What UpdateUsage has granted a key beyond its plan's quota, in one period. */
@Entity('quota_extensions')
export class QuotaExtensionRow {
  @PrimaryColumn('text', { name: 'plan_id' })
  planId!: string;

  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  /** First day of the period, `2026-11-28`. */
  @Column('text', { name: 'from_day' })
  fromDay!: string;

  /** May be below 0. */
  @Column('bigint')
  calls!: string;
}

export const USAGE_ENTITIES = [MeterMarkRow, UsageMinuteRow, UsageDayRow, QuotaExtensionRow];

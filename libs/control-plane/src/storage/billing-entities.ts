/** Tables of what statements need beside what was metered. They outlive APIs, stages and keys. */
import type { CacheSize, PriceBook } from '@gatehouse/catalog';
import { Column, Entity, Generated, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** A version of an account's price book, valid until the next one. */
@Entity('price_books')
export class PriceBookRow {
  @PrimaryColumn('text', { name: 'account_id' })
  accountId!: string;

  @PrimaryColumn('bigint')
  @Generated('increment')
  sequence!: string;

  @Column('timestamptz', { name: 'valid_from' })
  validFrom!: Date;

  @Column('jsonb')
  document!: PriceBook;
}

/** A time for which a stage had its cache switched on, in one size. */
@Entity('stage_cache_periods')
@Index(['accountId', 'fromAt'])
@Index(['apiId', 'stage'], { unique: true, where: '"to_at" IS NULL' })
export class StageCachePeriodRow {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text', { name: 'api_id' })
  apiId!: string;

  @Column('text')
  stage!: string;

  /** In GB. */
  @Column('text')
  size!: CacheSize;

  @Column('timestamptz', { name: 'from_at' })
  fromAt!: Date;

  /** `null` = it still is. */
  @Column('timestamptz', { name: 'to_at', nullable: true })
  toAt!: Date | null;
}

/** An API or a key that was deleted, so that statements still name it. */
@Entity('deleted_names')
@Index(['accountId'])
export class DeletedNameRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  kind!: 'REST' | 'HTTP' | 'KEY';

  @Column('text', { nullable: true })
  name!: string | null;
}

export const BILLING_ENTITIES = [PriceBookRow, StageCachePeriodRow, DeletedNameRow];

/**
 * Price books, the times for which stages had a cache, and the names of what was deleted. Of caches that are on already the time
 * counts from this migration on: nobody knows since when they are.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "price_books" ("account_id" text NOT NULL, "sequence" BIGSERIAL NOT NULL, "valid_from" TIMESTAMP WITH TIME ZONE NOT NULL,
    "document" jsonb NOT NULL, CONSTRAINT "PK_823bfbba9b70e0cbf8a35016607" PRIMARY KEY ("account_id", "sequence"))`,
  `CREATE TABLE "stage_cache_periods" ("id" BIGSERIAL NOT NULL, "account_id" text NOT NULL, "api_id" text NOT NULL, "stage" text NOT NULL,
    "size" text NOT NULL, "from_at" TIMESTAMP WITH TIME ZONE NOT NULL, "to_at" TIMESTAMP WITH TIME ZONE,
    CONSTRAINT "PK_903f5db4647fc9cbd6be5248a56" PRIMARY KEY ("id"))`,
  `CREATE UNIQUE INDEX "IDX_b10a7d34a458d0aff1e3f3c4dc" ON "stage_cache_periods" ("api_id", "stage") WHERE "to_at" IS NULL`,
  `CREATE INDEX "IDX_1ced13026e4fa92d69fadec80b" ON "stage_cache_periods" ("account_id", "from_at")`,
  `CREATE TABLE "deleted_names" ("id" text NOT NULL, "account_id" text NOT NULL, "kind" text NOT NULL, "name" text,
    CONSTRAINT "PK_25986b60f5385c7e2a2bed78329" PRIMARY KEY ("id"))`,
  `CREATE INDEX "IDX_6a5099d4060ce838964cf15a4b" ON "deleted_names" ("account_id")`,
  `INSERT INTO "stage_cache_periods" ("account_id", "api_id", "stage", "size", "from_at")
    SELECT a."account_id", s."api_id", s."name", coalesce(s."document"->>'cacheClusterSize', '0.5'), now()
      FROM "stages" s JOIN "apis" a ON a."id" = s."api_id"
     WHERE a."kind" = 'REST' AND s."document"->>'cacheClusterEnabled' = 'true'`,
];

export class Billing1764000000005 implements MigrationInterface {
  name = 'Billing1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['deleted_names', 'stage_cache_periods', 'price_books'])
      await runner.query(`DROP TABLE "${table}"`);
  }
}

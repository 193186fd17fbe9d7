/** What nodes have metered, and what keys were granted beyond their quotas. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = `"at" TIMESTAMP WITH TIME ZONE NOT NULL, "account_id" text NOT NULL, "api_id" text NOT NULL, "stage" text NOT NULL, "route" text NOT NULL,
    "plan_id" text NOT NULL, "key_id" text NOT NULL, "calls" bigint NOT NULL, "admitted" bigint NOT NULL,
    "bytes_in" bigint NOT NULL, "bytes_out" bigint NOT NULL, "cache_hits" bigint NOT NULL`;
const KEY = `PRIMARY KEY ("at", "account_id", "api_id", "stage", "route", "plan_id", "key_id")`;

const UP = [
  `CREATE TABLE "meter_marks" ("source" text NOT NULL, "sequence" bigint NOT NULL, "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT "PK_932dfb378f2b7232a228514adc6" PRIMARY KEY ("source"))`,
  `CREATE INDEX "IDX_c9f02a15dd3f7b5a802aec0d46" ON "meter_marks" ("seen_at")`,
  `CREATE TABLE "usage_minutes" (${COLUMNS}, CONSTRAINT "PK_990f2c89a8afea0c724fddfadea" ${KEY})`,
  `CREATE TABLE "usage_days" (${COLUMNS}, CONSTRAINT "PK_10ee7cd360044c2bd4eef7eca3d" ${KEY})`,
  `CREATE INDEX "IDX_8f76c0b2d4caaf8991305444d3" ON "usage_days" ("plan_id", "key_id", "at")`,
  `CREATE TABLE "quota_extensions" ("plan_id" text NOT NULL, "key_id" text NOT NULL, "from_day" text NOT NULL,
    "calls" bigint NOT NULL, CONSTRAINT "PK_20129f3ceaab4ec3962218e07f1" PRIMARY KEY ("plan_id", "key_id"))`,
];

export class Metering1764000000004 implements MigrationInterface {
  name = 'Metering1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['quota_extensions', 'usage_days', 'usage_minutes', 'meter_marks'])
      await runner.query(`DROP TABLE "${table}"`);
  }
}

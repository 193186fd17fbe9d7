/** API keys and usage plans, and the salt under which nodes know a stage's keys. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "api_keys" ("id" text NOT NULL, "account_id" text NOT NULL, "region" text NOT NULL, "document" jsonb NOT NULL,
    "sealed_value" text NOT NULL, "fingerprint" text NOT NULL, "sequence" BIGSERIAL NOT NULL,
    CONSTRAINT "PK_5c8a79801b44bd27b79228e1dad" PRIMARY KEY ("id"))`,
  `CREATE UNIQUE INDEX "IDX_43f6bdb6024ee6c35855818ad5" ON "api_keys" ("account_id", "region", "fingerprint")`,
  `CREATE TABLE "usage_plans" ("id" text NOT NULL, "account_id" text NOT NULL, "region" text NOT NULL, "document" jsonb NOT NULL,
    "sequence" BIGSERIAL NOT NULL, CONSTRAINT "PK_a403230a7bc352be3d5c88f1cc2" PRIMARY KEY ("id"))`,
  `CREATE INDEX "IDX_715110a54f475098788c11d415" ON "usage_plans" ("account_id", "region", "sequence")`,
  `CREATE TABLE "usage_plan_stages" ("plan_id" text NOT NULL, "sequence" BIGSERIAL NOT NULL, "api_id" text NOT NULL,
    "stage" text NOT NULL, "throttle" jsonb,
    CONSTRAINT "PK_a1f8c5f4129b3a80ba8f8a6b199" PRIMARY KEY ("plan_id", "api_id", "stage"))`,
  `CREATE INDEX "IDX_427346979d9062afefe330f072" ON "usage_plan_stages" ("api_id", "stage")`,
  `CREATE TABLE "usage_plan_keys" ("plan_id" text NOT NULL, "sequence" BIGSERIAL NOT NULL, "key_id" text NOT NULL,
    CONSTRAINT "PK_a3195eb29a87c711f1f99998c1b" PRIMARY KEY ("plan_id", "key_id"))`,
  `CREATE INDEX "IDX_787443cb0f3f4a1c88ef9d4f1b" ON "usage_plan_keys" ("key_id")`,
  // Each stage that is there already gets a salt of its own.
  `ALTER TABLE "stages" ADD "api_key_salt" uuid NOT NULL DEFAULT gen_random_uuid()`,
  `ALTER TABLE "usage_plan_stages" ADD CONSTRAINT "FK_526174e77941a1641b406366011" FOREIGN KEY ("plan_id")
    REFERENCES "usage_plans"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
  `ALTER TABLE "usage_plan_stages" ADD CONSTRAINT "FK_427346979d9062afefe330f072d" FOREIGN KEY ("api_id", "stage")
    REFERENCES "stages"("api_id","name") ON DELETE CASCADE ON UPDATE NO ACTION`,
  `ALTER TABLE "usage_plan_keys" ADD CONSTRAINT "FK_30890e57b1d6685b29b912d809b" FOREIGN KEY ("plan_id")
    REFERENCES "usage_plans"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
  `ALTER TABLE "usage_plan_keys" ADD CONSTRAINT "FK_787443cb0f3f4a1c88ef9d4f1be" FOREIGN KEY ("key_id")
    REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
];

export class UsagePlans1764000000002 implements MigrationInterface {
  name = 'UsagePlans1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['usage_plan_keys', 'usage_plan_stages', 'usage_plans', 'api_keys'];
    for (const table of tables) await runner.query(`DROP TABLE "${table}"`);
    await runner.query(`ALTER TABLE "stages" DROP COLUMN "api_key_salt"`);
  }
}

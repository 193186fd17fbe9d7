/** Users of the platform with their access keys. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "users" ("id" text NOT NULL, "account_id" text NOT NULL, "name" text NOT NULL, "policies" jsonb NOT NULL,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY ("id"))`,
  `CREATE UNIQUE INDEX "IDX_77a046d2c17fe6a35ee3d1b8f2" ON "users" ("account_id", "name")`,
  `CREATE TABLE "access_keys" ("id" text NOT NULL, "user_id" text NOT NULL, "sealed_secret" text NOT NULL,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_acdb83140f2654f870d92236303" PRIMARY KEY ("id"))`,
  `CREATE INDEX "IDX_9ad6c236dae9cfdaf7dd086ff5" ON "access_keys" ("user_id")`,
  `ALTER TABLE "access_keys" ADD CONSTRAINT "FK_9ad6c236dae9cfdaf7dd086ff5d" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
];

export class Users1764000000003 implements MigrationInterface {
  name = 'Users1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['access_keys', 'users']) await runner.query(`DROP TABLE "${table}"`);
  }
}

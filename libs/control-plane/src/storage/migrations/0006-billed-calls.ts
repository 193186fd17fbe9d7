/**
 * What of the calls is charged. What was counted before has none, which stands for all of its calls; so it rewrites no table, and a
 * control plane of the version before may go on writing beside it.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['usage_minutes', 'usage_days'];

export class BilledCalls1764000000006 implements MigrationInterface {
  name = 'BilledCalls1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE "${table}" ADD "billed" bigint`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE "${table}" DROP COLUMN "billed"`);
  }
}

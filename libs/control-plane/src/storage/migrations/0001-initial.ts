/** The first tables. Names of constraints are TypeORM's, so that the schema can be compared with the entities. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE "apis" ("id" text NOT NULL, "account_id" text NOT NULL, "region" text NOT NULL, "kind" text NOT NULL,
    "document" jsonb NOT NULL, "sequence" BIGSERIAL NOT NULL, CONSTRAINT "PK_a74a5f3f4f08faf9f6329bceae6" PRIMARY KEY ("id"))`,
  `CREATE INDEX "IDX_818b4ad30aec767b7b48bbbf3d" ON "apis" ("account_id", "region", "kind", "sequence")`,
  `CREATE TABLE "api_elements" ("api_id" text NOT NULL, "kind" text NOT NULL, "id" text NOT NULL, "document" jsonb NOT NULL,
    CONSTRAINT "PK_2721ed1e3b2d9dd89f07685d884" PRIMARY KEY ("api_id", "kind", "id"))`,
  `CREATE TABLE "deployments" ("api_id" text NOT NULL, "id" text NOT NULL, "document" jsonb NOT NULL, "graph" jsonb NOT NULL,
    "sequence" BIGSERIAL NOT NULL, CONSTRAINT "PK_6ffdcc05bf76667aa7d3557454b" PRIMARY KEY ("api_id", "id"))`,
  `CREATE TABLE "stages" ("api_id" text NOT NULL, "name" text NOT NULL, "document" jsonb NOT NULL,
    "sequence" BIGSERIAL NOT NULL, CONSTRAINT "PK_c19b50f4094ab686981e920f54b" PRIMARY KEY ("api_id", "name"))`,
  `CREATE TABLE "outbox" ("id" BIGSERIAL NOT NULL, "api_id" text NOT NULL, "stage" text NOT NULL,
    CONSTRAINT "PK_340ab539f309f03bdaa14aa7649" PRIMARY KEY ("id"))`,
  `CREATE TABLE "publications" ("api_id" text NOT NULL, "stage" text NOT NULL, "account_id" text NOT NULL,
    "hash" text NOT NULL, "bytes" bytea NOT NULL, "revision" bigint NOT NULL, "problems" jsonb NOT NULL,
    "published_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_37062c7ee9516d3eb2dc9db66cf" PRIMARY KEY ("api_id", "stage"))`,
  `CREATE TABLE "feed_state" ("id" smallint NOT NULL, "revision" bigint NOT NULL,
    CONSTRAINT "PK_e63b81c9e061dd1ce0f7526e2f4" PRIMARY KEY ("id"))`,
  // Revisions begin at the clock, so that a database made anew is never older than what nodes already run.
  `INSERT INTO "feed_state" ("id", "revision") VALUES (1, floor(extract(epoch FROM now())))`,
  `CREATE TABLE "nodes" ("node_id" text NOT NULL, "revision" bigint NOT NULL, "applied_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "started_at" TIMESTAMP WITH TIME ZONE NOT NULL, "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL, "faults" jsonb NOT NULL,
    CONSTRAINT "PK_653ba5f93aad34f9fc3a82782ec" PRIMARY KEY ("node_id"))`,
  `CREATE TABLE "accounts" ("account_id" text NOT NULL, "region" text NOT NULL, "document" jsonb NOT NULL,
    CONSTRAINT "PK_34951be48bed9a9362494c6309a" PRIMARY KEY ("account_id", "region"))`,
  `CREATE TABLE "credentials" ("access_key_id" text NOT NULL, "account_id" text NOT NULL, "sealed_secret" text NOT NULL,
    "token_hash" text NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT "PK_9b32de17798eae59b6d48685ccf" PRIMARY KEY ("access_key_id"))`,
  `CREATE UNIQUE INDEX "IDX_54c569f16fd63b6ab4813fe7f5" ON "credentials" ("token_hash")`,
  ...[
    'api_elements:FK_f4098d0be073dcfa72224a2069b',
    'deployments:FK_5f869f4897eefff878db92fee12',
    'stages:FK_a08caaeb8f3d79c95948b7d1470',
  ].map((pair) => {
    const [table = '', name = ''] = pair.split(':');
    return `ALTER TABLE "${table}" ADD CONSTRAINT "${name}" FOREIGN KEY ("api_id") REFERENCES "apis"("id") ON DELETE CASCADE ON UPDATE NO ACTION`;
  }),
];

export class Initial1764000000001 implements MigrationInterface {
  name = 'Initial1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = [
      'credentials',
      'accounts',
      'nodes',
      'feed_state',
      'publications',
      'outbox',
      'stages',
      'deployments',
    ];
    for (const table of [...tables, 'api_elements', 'apis']) await runner.query(`DROP TABLE "${table}"`);
  }
}

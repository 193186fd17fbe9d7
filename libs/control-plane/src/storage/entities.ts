/**
 * The tables. What AWS calls an object is one jsonb document in the shape of the catalog; columns exist for what is
 * searched, joined or ordered. Every row belongs to an account and region through its API.
 */
import type {
  Account,
  ApiKey,
  ApiStage,
  HttpApi,
  HttpApiGraph,
  HttpDeployment,
  HttpStage,
  RestApi,
  RestApiGraph,
  RestDeployment,
  RestStage,
  UsagePlan,
} from '@gatehouse/catalog';
import type { Problem } from '@gatehouse/snapshot';
import {
  Column,
  Entity,
  Generated,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from 'typeorm';
import { BILLING_ENTITIES } from './billing-entities';
import { USAGE_ENTITIES } from './usage-entities';

@Entity('apis')
@Index(['accountId', 'region', 'kind', 'sequence'])
export class ApiRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  region!: string;

  /** REST | HTTP */
  @Column('text')
  kind!: 'REST' | 'HTTP';

  @Column('jsonb')
  document!: RestApi | HttpApi;

  /** Order of creation. */
  @Column('bigint')
  @Generated('increment')
  sequence!: string;
}

/** What belongs to one API and goes with it. */
abstract class OfApi {
  @PrimaryColumn('text', { name: 'api_id' })
  apiId!: string;

  @ManyToOne(() => ApiRow, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'api_id' })
  api?: ApiRow;
}

/** A REST resource with its methods, a gateway response, an HTTP route, an HTTP integration, or an authorizer of either. */
@Entity('api_elements')
export class ElementRow extends OfApi {
  @PrimaryColumn('text')
  kind!: 'resource' | 'gatewayResponse' | 'route' | 'integration' | 'authorizer';

  @PrimaryColumn('text')
  id!: string;

  @Column('jsonb')
  document!: object;
}

/** Graphs of older deployments lack what was not there yet; `frozenGraph` reads them all. */
type Stored<T extends { authorizers: object }> = Omit<T, Later> & Partial<Pick<T, Later & keyof T>>;
type Later = 'authorizers' | 'gatewayResponses';

/** A frozen API. The graph never changes after the insert. */
@Entity('deployments')
export class DeploymentRow extends OfApi {
  @PrimaryColumn('text')
  id!: string;

  @Column('jsonb')
  document!: RestDeployment | HttpDeployment;

  @Column('jsonb')
  graph!: Stored<RestApiGraph> | Stored<HttpApiGraph>;

  @Column('bigint')
  @Generated('increment')
  sequence!: string;
}

@Entity('stages')
export class StageRow extends OfApi {
  @PrimaryColumn('text')
  name!: string;

  @Column('jsonb')
  document!: RestStage | HttpStage;

  /** Under which nodes know the values of API keys. */
  @Column('uuid', { name: 'api_key_salt' })
  @Generated('uuid')
  apiKeySalt!: string;

  @Column('bigint')
  @Generated('increment')
  sequence!: string;
}

/** A key of usage plans. Its value is a secret: sealed, and a fingerprint to look it up by. */
@Entity('api_keys')
@Index(['accountId', 'region', 'fingerprint'], { unique: true })
export class ApiKeyRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  region!: string;

  @Column('jsonb')
  document!: ApiKey;

  @Column('text', { name: 'sealed_value' })
  sealedValue!: string;

  @Column('text')
  fingerprint!: string;

  @Column('bigint')
  @Generated('increment')
  sequence!: string;
}

/** A usage plan without its stages and keys. */
@Entity('usage_plans')
@Index(['accountId', 'region', 'sequence'])
export class UsagePlanRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  region!: string;

  @Column('jsonb')
  document!: Omit<UsagePlan, 'apiStages'>;

  @Column('bigint')
  @Generated('increment')
  sequence!: string;
}

/** What belongs to one usage plan and goes with it. */
abstract class OfPlan {
  @PrimaryColumn('text', { name: 'plan_id' })
  planId!: string;

  @ManyToOne(() => UsagePlanRow, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'plan_id' })
  plan?: UsagePlanRow;

  @Column('bigint')
  @Generated('increment')
  sequence!: string;
}

/** A stage that the plan's keys open. It goes with the stage too. */
@Entity('usage_plan_stages')
@Index(['apiId', 'stage'])
export class UsagePlanStageRow extends OfPlan {
  @PrimaryColumn('text', { name: 'api_id' })
  apiId!: string;

  @PrimaryColumn('text')
  stage!: string;

  @ManyToOne(() => StageRow, { onDelete: 'CASCADE' })
  @JoinColumn([
    { name: 'api_id', referencedColumnName: 'apiId' },
    { name: 'stage', referencedColumnName: 'name' },
  ])
  ofStage?: StageRow;

  @Column('jsonb', { nullable: true })
  throttle!: ApiStage['throttle'] | null;
}

@Entity('usage_plan_keys')
@Index(['keyId'])
export class UsagePlanKeyRow extends OfPlan {
  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  @ManyToOne(() => ApiKeyRow, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'key_id' })
  key?: ApiKeyRow;
}

/** A stage whose snapshot must be made anew. Written in the transaction of the change; no key to the API, it may be gone. */
@Entity('outbox')
export class OutboxRow {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  @Column('text', { name: 'api_id' })
  apiId!: string;

  @Column('text')
  stage!: string;
}

/** What nodes shall serve for one stage, as it was last published. */
@Entity('publications')
export class PublicationRow {
  @PrimaryColumn('text', { name: 'api_id' })
  apiId!: string;

  @PrimaryColumn('text')
  stage!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  hash!: string;

  @Column('bytea')
  bytes!: Buffer;

  @Column('bigint')
  revision!: string;

  @Column('jsonb')
  problems!: Problem[];

  @Column('timestamptz', { name: 'published_at' })
  publishedAt!: Date;
}

/** One row: the revision of the manifest. */
@Entity('feed_state')
export class FeedStateRow {
  @PrimaryColumn('smallint')
  id!: number;

  @Column('bigint')
  revision!: string;
}

@Entity('nodes')
export class NodeRow {
  @PrimaryColumn('text', { name: 'node_id' })
  nodeId!: string;

  @Column('bigint')
  revision!: string;

  @Column('timestamptz', { name: 'applied_at' })
  appliedAt!: Date;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;

  @Column('jsonb')
  faults!: Record<string, string>;
}

@Entity('accounts')
export class AccountRow {
  @PrimaryColumn('text', { name: 'account_id' })
  accountId!: string;

  @PrimaryColumn('text')
  region!: string;

  @Column('jsonb')
  document!: Account;
}

/** A credential of the admin listener: an access key with its sealed secret, and a bearer token as its hash. */
@Entity('credentials')
export class CredentialRow {
  @PrimaryColumn('text', { name: 'access_key_id' })
  accessKeyId!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text', { name: 'sealed_secret' })
  sealedSecret!: string;

  @Column('text', { name: 'token_hash' })
  @Index({ unique: true })
  tokenHash!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** Who signs requests to AWS_IAM routes. */
@Entity('users')
@Index(['accountId', 'name'], { unique: true })
export class UserRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  name!: string;

  /** By name: JSON texts of identity policies. */
  @Column('jsonb')
  policies!: Record<string, string>;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** An access key of a user; its secret is sealed for nodes. */
@Entity('access_keys')
@Index(['userId'])
export class AccessKeyRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'user_id' })
  userId!: string;

  @ManyToOne(() => UserRow, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id' })
  user?: UserRow;

  @Column('text', { name: 'sealed_secret' })
  sealedSecret!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

export const ENTITIES = [
  ApiRow,
  ElementRow,
  DeploymentRow,
  StageRow,
  OutboxRow,
  PublicationRow,
  FeedStateRow,
  NodeRow,
  AccountRow,
  CredentialRow,
  ApiKeyRow,
  UsagePlanRow,
  UsagePlanStageRow,
  UsagePlanKeyRow,
  UserRow,
  AccessKeyRow,
  ...USAGE_ENTITIES,
  ...BILLING_ENTITIES,
];

/**
 * Outbox -> snapshots -> feed. A drain takes all waiting rows in one transaction, so a crash at any point loses nothing:
 * before the commit the rows are still there, after it the feed is brought up to date by `reconcile`.
 */
import type { HttpApi, HttpApiGraph, HttpStage, RestStage } from '@gatehouse/catalog';
import type { Feed, Sealer } from '@gatehouse/platform';
import {
  encodePart,
  openManifest,
  sealManifest,
  type Manifest,
  type ManifestEntry,
  type Part,
  type Problem,
} from '@gatehouse/snapshot';
import { hasResourcePolicy, httpToSnapshot, restToSnapshot, takesSignatures } from '@gatehouse/translate';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { In, type DataSource, type EntityManager } from 'typeorm';
import {
  ApiRow,
  DeploymentRow,
  FeedStateRow,
  OutboxRow,
  PublicationRow,
  StageRow,
} from '../storage/entities';
import { frozenGraph } from '../storage/graph-store';
import { problemsOnNodes } from './compile-check';
import { principals } from './principals';
import { stageKeys } from './stage-keys';

const PUBLISH_LOCK = 4_736_513;
const BATCH = 500;

interface Drained {
  readonly revision: number;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly retired: readonly string[];
}

export class Publisher {
  private readonly publicKey: KeyObject;

  constructor(
    private readonly database: DataSource,
    private readonly feed: Feed,
    private readonly signingKey: KeyObject,
    private readonly sealer: Sealer,
  ) {
    this.publicKey = createPublicKey(signingKey);
  }

  /** Publishes all that waits. Rejects when the feed is out of reach; `reconcile` then repeats it. */
  async drain(): Promise<void> {
    for (;;) {
      const drained = await this.database.transaction((db) => this.takeBatch(db));
      if (!drained) return;
      await this.announce(drained.parts, drained.retired);
    }
  }

  private async takeBatch(db: EntityManager): Promise<Drained | undefined> {
    // The check outside the lock keeps an idle drain to one cheap query.
    if (!(await db.exists(OutboxRow))) return undefined;
    await db.query('SELECT pg_advisory_xact_lock($1)', [PUBLISH_LOCK]);
    const rows = await db.find(OutboxRow, { order: { id: 'ASC' }, take: BATCH });
    if (rows.length === 0) return undefined;
    const revision = await nextRevision(db);
    const stages = new Map(rows.map((row) => [`${row.apiId}/${row.stage}`, row]));
    const parts = new Map<string, Uint8Array>();
    const retired: string[] = [];
    for (const row of stages.values()) {
      const outcome = await this.publishStage(db, row, revision);
      if (outcome.part) parts.set(outcome.part.hash, outcome.part.bytes);
      if (outcome.retired && outcome.retired !== outcome.part?.hash) retired.push(outcome.retired);
    }
    await db.delete(OutboxRow, { id: In(rows.map(({ id }) => id)) });
    return { revision, parts, retired: await unused(db, retired) };
  }

  private async publishStage(
    db: EntityManager,
    { apiId, stage }: OutboxRow,
    revision: number,
  ): Promise<{ part?: Part; retired?: string }> {
    const known = await db.findOneBy(PublicationRow, { apiId, stage });
    const made = await makeSnapshot(db, this.sealer, apiId, stage);
    const retired = known ? { retired: known.hash } : {};
    if (!made) {
      if (known) await db.delete(PublicationRow, { apiId, stage });
      return retired;
    }
    const { part } = made;
    const unchanged = known?.hash === part.hash;
    const row = {
      apiId,
      stage,
      accountId: made.accountId,
      hash: part.hash,
      bytes: Buffer.from(part.bytes),
      revision: unchanged ? known.revision : String(revision),
      problems: [...made.problems],
      publishedAt: unchanged ? known.publishedAt : new Date(),
    };
    await db.upsert(PublicationRow, row, ['apiId', 'stage']);
    return { part, ...retired };
  }

  /** Seals the manifest of what the tables hold now and hands it to the feed. */
  private async announce(parts: ReadonlyMap<string, Uint8Array>, retired: readonly string[]): Promise<void> {
    const manifest = await this.currentManifest();
    await this.feed.publish({
      revision: manifest.revision,
      manifest: sealManifest(manifest, this.signingKey),
      parts,
      retired,
    });
  }

  /** Revision and entries in one statement, so that they belong together. */
  private async currentManifest(): Promise<Manifest> {
    const rows: (Omit<ManifestEntry, 'revision'> & { revision: string; current: string })[] =
      await this.database.query(
        `SELECT f.revision AS current, p.account_id AS "accountId", p.api_id AS "apiId", p.stage, p.hash, p.revision
       FROM feed_state f LEFT JOIN publications p ON true WHERE f.id = 1 ORDER BY p.api_id, p.stage`,
      );
    const entries = rows
      .filter((row) => row.hash)
      .map(({ accountId, apiId, stage, hash, revision }) => ({
        accountId,
        apiId,
        stage,
        hash,
        revision: Number(revision),
      }));
    return { schema: 1, revision: Number(rows[0]?.current ?? 0), issuedAt: Date.now(), entries };
  }

  /**
   * Constant work on a beat: drains what waits, and republishes everything when the feed does not hold our revision
   * (first start, emptied Redis, a crash between commit and publish, a database that was restored).
   */
  async reconcile(): Promise<void> {
    await this.drain();
    const sealed = await this.feed.manifest();
    const held = sealed === undefined ? -1 : this.revisionIn(sealed);
    const { revision } = await this.database.manager.findOneByOrFail(FeedStateRow, { id: 1 });
    if (held === Number(revision)) return;
    if (held > Number(revision))
      await this.database.manager.update(FeedStateRow, { id: 1 }, { revision: String(held + 1) });
    const rows = await this.database.manager.find(PublicationRow);
    await this.announce(new Map(rows.map((row) => [row.hash, row.bytes])), []);
  }

  /** A manifest that we did not sign counts as none: it is replaced. */
  private revisionIn(sealed: Uint8Array): number {
    try {
      return openManifest(sealed, [this.publicKey]).revision;
    } catch {
      return -1;
    }
  }
}

async function nextRevision(db: EntityManager): Promise<number> {
  const [rows] = await db.query<[{ revision: string }[]]>(
    'UPDATE feed_state SET revision = revision + 1 WHERE id = 1 RETURNING revision',
  );
  return Number(rows[0]?.revision);
}

/** Of the replaced hashes those that no stage serves. */
async function unused(db: EntityManager, hashes: readonly string[]): Promise<string[]> {
  if (hashes.length === 0) return [];
  const rows = await db.find(PublicationRow, {
    select: { apiId: true, stage: true, hash: true },
    where: { hash: In([...hashes]) },
  });
  const used = new Set(rows.map(({ hash }) => hash));
  return hashes.filter((hash) => !used.has(hash));
}

interface Made {
  readonly accountId: string;
  readonly part: Part;
  readonly problems: readonly Problem[];
}

/** `undefined`: API, stage or deployment are gone, or nothing is deployed to the stage yet. */
async function makeSnapshot(
  db: EntityManager,
  sealer: Sealer,
  apiId: string,
  stageName: string,
): Promise<Made | undefined> {
  const api = await db.findOneBy(ApiRow, { id: apiId });
  const stage = await db.findOneBy(StageRow, { apiId, name: stageName });
  const deploymentId = stage?.document.deploymentId;
  if (!api || !stage || !deploymentId) return undefined;
  const deployment = await db.findOneBy(DeploymentRow, { apiId, id: deploymentId });
  if (!deployment) return undefined;
  const owner = { accountId: api.accountId, region: api.region };
  const canary = await canaryDeployment(db, apiId, stage.document);
  const graphs = canary === undefined ? [deployment.graph] : [deployment.graph, canary.graph];
  const signed = graphs.filter(takesSignatures);
  const isOpenToOthers = signed.some(hasResourcePolicy);
  const live = {
    apiKeys: await stageKeys(db, sealer, stage),
    ...(signed.length > 0 && { principals: await principals(db, api.accountId, isOpenToOthers) }),
  };
  const { snapshot, problems } =
    api.kind === 'REST'
      ? restToSnapshot(
          owner,
          frozenGraph<'REST'>(deployment),
          stage.document as RestStage,
          live,
          canary && frozenGraph<'REST'>(canary),
        )
      : httpToSnapshot(
          owner,
          withLiveSwitches(frozenGraph<'HTTP'>(deployment), api.document as HttpApi),
          stage.document as HttpStage,
          live,
        );
  const all = [...problems, ...problemsOnNodes(snapshot)];
  return { accountId: api.accountId, part: encodePart(snapshot), problems: all };
}

/** `undefined` = there is no canary, or it is of the stage's own deployment. */
async function canaryDeployment(
  db: EntityManager,
  apiId: string,
  stage: RestStage | HttpStage,
): Promise<DeploymentRow | undefined> {
  const id = 'canarySettings' in stage ? stage.canarySettings?.deploymentId : undefined;
  if (id === undefined || id === stage.deploymentId) return undefined;
  return (await db.findOneBy(DeploymentRow, { apiId, id })) ?? undefined;
}

/** `disableExecuteApiEndpoint` of an HTTP API needs no deployment. */
function withLiveSwitches(graph: HttpApiGraph, live: HttpApi): HttpApiGraph {
  return { ...graph, api: { ...graph.api, disableExecuteApiEndpoint: live.disableExecuteApiEndpoint } };
}

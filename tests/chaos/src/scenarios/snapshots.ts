/** What a data plane is given to serve is damaged, or is signed nonsense: it goes on with what it has, and does not end. */
import { createHash, sign } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proxyTo, sealed } from '@gatehouse/data-plane/testing';
import { startRawOrigin } from '@gatehouse/http/testing';
import { until } from '@gatehouse/platform/testing';
import { encodePart, type ManifestEntry, type Part, type Snapshot } from '@gatehouse/snapshot';
import { askOnce, briefly, requestText } from '../peers/connection';
import { damaged, distorted } from '../peers/mutations';
import { below } from '../random';
import { exactly, none, told, type Finding, type Scenario, type Stage } from '../scenario';
import type { Node } from '../world';

const POISON_HOST = 'api2.execute-api.localhost';
/** Now and then the data plane starts again from a damaged disk. */
const STEPS_PER_START = 150;

export const snapshots: Scenario = {
  name: 'no snapshot ends a data plane, and other APIs are served and updated whatever one of them holds',
  sizes: { short: 300, medium: 2000, long: 10_000 },
  run: async (stage) => {
    const origin = await startRawOrigin((socket, request) => {
      const body = /^\w+ (\S+) /.exec(request)?.[1] ?? '';
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    const attack = new Attack(stage, `http://127.0.0.1:${origin.port}`);
    await attack.good();
    attack.node = await stage.world.node({}, 'poisoned');
    for (let step = 1; step <= stage.size; step++) {
      await attack.step(step);
      if (step % STEPS_PER_START === 0) await attack.startFromDamagedDisk();
    }
    await origin.stop();
    return attack.findings();
  },
};

const ATTACKS = [
  'damagedPart',
  'poisonPart',
  'poisonPart',
  'damagedManifest',
  'poisonManifest',
  'swappedParts',
] as const;

class Attack {
  node: Node | undefined;
  private readonly wrong: string[] = [];
  private readonly unanswered: string[] = [];
  private readonly counts = new Map<string, number>();
  private version = 0;
  private poisonStatuses = new Map<string, number>();

  constructor(
    private readonly stage: Stage,
    private readonly origin: string,
  ) {}

  findings(): Finding[] {
    const total = [...this.counts]
      .filter(([name]) => name !== 'start')
      .reduce((sum, [, times]) => sum + times, 0);
    return [
      none('answers of the sound API that were not the last good', this.wrong),
      none('requests to the poisoned API that got no answer', this.unanswered),
      exactly('mutations', total, this.stage.size),
      told('kinds', JSON.stringify(Object.fromEntries(this.counts))),
      told('answers of the poisoned API', JSON.stringify(Object.fromEntries(this.poisonStatuses))),
    ];
  }

  async step(step: number): Promise<void> {
    const kind = ATTACKS[below(this.stage.random, ATTACKS.length)] ?? 'poisonPart';
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const what = `step ${step}, ${kind}`;
    await this[kind](what);
    if (this.node === undefined || this.stage.world.nodes.length === 0)
      throw new Error(`${what}: the data plane ended`);
    // Whatever it was, the next sound revision comes through.
    await this.expectVersion(await this.good(), `${what}, then a sound revision`);
  }

  /** A new version of the sound API; resolves with it. */
  async good(): Promise<number> {
    await this.stage.world.publish(this.soundSnapshot());
    return this.version;
  }

  private soundSnapshot(): Snapshot {
    return proxyTo(`${this.origin}/v${++this.version}`, 'api1');
  }

  private poison(): Snapshot {
    return {
      ...proxyTo(`${this.origin}/p`, 'api2'),
      cors: CORS,
      stageVariables: { a: 'b' },
      accessLog: { format: '$context.requestId' },
    };
  }

  /** The bytes of one part do not match its hash; the other API's are sound, and new. */
  private async damagedPart(what: string): Promise<void> {
    const part = encodePart(this.poison());
    await this.publishBoth({ ...part, bytes: damaged(part.bytes, this.stage.random) });
    await this.expectVersion(this.version, what);
  }

  /** Hash and signature are right; the content is not. */
  private async poisonPart(what: string): Promise<void> {
    const text = distorted(this.poison(), this.stage.random);
    const bytes = Buffer.from(text);
    await this.publishBoth({ bytes, hash: createHash('sha256').update(bytes).digest('hex') });
    await this.expectVersion(this.version, `${what}: ${text.slice(0, 2000)}`);
    const outcome = await askOnce(this.node?.port ?? 0, requestText({ host: POISON_HOST, path: '/a/b' }));
    const seen = outcome.kind === 'answer' ? String(outcome.status) : briefly(outcome);
    this.poisonStatuses.set(seen, (this.poisonStatuses.get(seen) ?? 0) + 1);
    if (outcome.kind !== 'answer') this.unanswered.push(`${seen} of ${text.slice(0, 2000)}`);
  }

  private async publishBoth(poison: Part): Promise<void> {
    const good = encodePart(this.soundSnapshot());
    const { world } = this.stage;
    const revision = ++world.revision;
    // The poisoned one comes first: whoever stops there never reaches the other.
    const entries = [entry('api2', poison.hash, revision), entry('api1', good.hash, revision)];
    const parts = new Map([poison, good].map(({ hash, bytes }) => [hash, bytes] as const));
    await world.feed.publish({
      revision,
      manifest: this.seal(manifestText(revision, entries)),
      parts,
      retired: [],
    });
  }

  private async damagedManifest(what: string): Promise<void> {
    const { world, random } = this.stage;
    const last = this.version;
    const revision = ++world.revision;
    const manifest = damaged(
      sealed({ key: world.keys.privateKey, revision, snapshots: [this.soundSnapshot()] }),
      random,
    );
    this.version = last;
    await world.feed.publish({ revision, manifest, parts: new Map(), retired: [] });
    await this.noticed(revision, what);
    await this.expectVersion(last, what);
  }

  /** The revision is spared: a signed number that is too high is a statement, and stays one. */
  private async poisonManifest(what: string): Promise<void> {
    const { world, random } = this.stage;
    const revision = ++world.revision;
    const part = encodePart(proxyTo(`${this.origin}/v${this.version}`, 'api1'));
    const manifest = { schema: 1, revision, issuedAt: 0, entries: [entry('api1', part.hash, revision)] };
    const text = distorted(manifest, random, (path) => path === '/revision');
    await world.feed.publish({ revision, manifest: this.seal(text), parts: new Map(), retired: [] });
    await this.noticed(revision, `${what}: ${text.slice(0, 2000)}`);
  }

  /** Each API's entry names the part of the other. */
  private async swappedParts(what: string): Promise<void> {
    const { world } = this.stage;
    const last = this.version;
    const [one, other] = [encodePart(proxyTo(`${this.origin}/v${last}`, 'api1')), encodePart(this.poison())];
    const revision = ++world.revision;
    const entries = [entry('api1', other.hash, revision), entry('api2', one.hash, revision)];
    const parts = new Map([one, other].map(({ hash, bytes }) => [hash, bytes] as const));
    await world.feed.publish({
      revision,
      manifest: this.seal(manifestText(revision, entries)),
      parts,
      retired: [],
    });
    await this.noticed(revision, what);
    await this.expectVersion(last, what);
  }

  private seal(payload: string): Uint8Array {
    const signature = sign(null, Buffer.from(payload), this.stage.world.keys.privateKey).toString('base64');
    return Buffer.from(JSON.stringify({ payload, signature }));
  }

  /** It was taken over, or refused. */
  private async noticed(revision: number, what: string): Promise<void> {
    const { node } = this;
    if (node === undefined) return;
    const { world } = this.stage;
    await until(`${what}: revision ${revision} is noticed`, async () => {
      const applied = await world.gauge(node, 'gatehouse_applied_revision');
      return applied >= revision || (await world.gauge(node, 'gatehouse_snapshot_faults')) > 0;
    });
  }

  private async expectVersion(version: number, what: string): Promise<void> {
    let seen = '';
    const isServed = async (): Promise<boolean> => {
      seen = briefly(await askOnce(this.node?.port ?? 0, requestText({ path: '/x' })));
      return seen === `200 /v${version}/x`;
    };
    await until(what, isServed, 3000).catch(() => this.wrong.push(`${what}: ${seen}, not v${version}`));
  }

  async startFromDamagedDisk(): Promise<void> {
    const { world, random } = this.stage;
    if (this.node === undefined) return;
    this.counts.set('start', (this.counts.get('start') ?? 0) + 1);
    await world.end(this.node, 'SIGKILL');
    const folder = join(world.folder, 'poisoned', 'snapshots');
    for (const place of ['manifests', 'parts']) {
      for (const name of readdirSync(join(folder, place))) {
        const path = join(folder, place, name);
        if (random() < 0.5) writeFileSync(path, damaged(readFileSync(path), random));
      }
    }
    this.node = await world.node({}, 'poisoned');
    await this.expectVersion(this.version, 'after a start from a damaged disk');
  }
}

const CORS = {
  allowOrigins: ['https://a.test'],
  allowMethods: ['GET'],
  allowHeaders: ['x'],
  exposeHeaders: [],
  allowCredentials: false,
  maxAgeSeconds: 5,
};

function entry(apiId: string, hash: string, revision: number): ManifestEntry {
  return { accountId: '000000000000', apiId, stage: '$default', hash, revision };
}

function manifestText(revision: number, entries: readonly ManifestEntry[]): string {
  return JSON.stringify({ schema: 1, revision, issuedAt: 0, entries });
}

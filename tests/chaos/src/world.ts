/** A Redis, a publisher with a key, and built data planes over them, each a process of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proxyTo, publish, signingKeys } from '@gatehouse/data-plane/testing';
import { createLogger } from '@gatehouse/platform';
import { RedisFeed } from '@gatehouse/platform/redis-feed';
import { startTestRedis, until, type TestRedis } from '@gatehouse/platform/testing';
import type { Snapshot } from '@gatehouse/snapshot';
import { isReady, killAll, startNode, type NodeProcess } from '@gatehouse/test-e2e/testing';

export interface Node extends NodeProcess {
  /** Of its gateway listener. */
  readonly port: number;
}

export class World {
  readonly keys = signingKeys();
  readonly folder = mkdtempSync(join(tmpdir(), 'gatehouse-chaos-'));
  readonly feed: RedisFeed;
  revision = 0;
  private started = 0;
  private readonly running = new Set<Node>();
  private readonly early: string[] = [];

  private constructor(readonly redis: TestRedis) {
    this.feed = new RedisFeed({ url: redis.url, logger: createLogger('error') });
    writeFileSync(join(this.folder, 'key.pem'), this.keys.publicKey.export({ type: 'spki', format: 'pem' }));
  }

  static async start(): Promise<World> {
    return new World(await startTestRedis());
  }

  /** Exactly these are served afterwards. */
  async publish(...snapshots: Snapshot[]): Promise<number> {
    const revision = ++this.revision;
    await publish(this.feed, { key: this.keys.privateKey, revision, snapshots });
    return revision;
  }

  /** One API, `api1`, that passes everything on to a port of this machine. */
  proxyTo(port: number, timeoutMs = 5000): Promise<number> {
    return this.publish(proxyTo(`http://127.0.0.1:${port}`, 'api1', { timeoutMs }));
  }

  /** The same, below a path of that port. */
  proxyToBase(port: number, base: string): Promise<number> {
    return this.publish(proxyTo(`http://127.0.0.1:${port}${base}`, 'api1'));
  }

  /** Ready with what is published. */
  async node(env: NodeJS.ProcessEnv = {}, name = `node-${++this.started}`): Promise<Node> {
    const process = await startNode(name, {
      REDIS_URL: this.redis.url,
      GATEHOUSE_DATA_DIR: join(this.folder, name),
      GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: join(this.folder, 'key.pem'),
      ...env,
    });
    const node: Node = { ...process, port: Number(new URL(process.gateway).port) };
    this.running.add(node);
    void process.program.exited.then((how) => {
      if (this.running.delete(node))
        this.early.push(`${name} ended by itself: ${how}\n${process.program.output()}`);
    });
    await until(`${name} is ready`, () => isReady(node), 30_000);
    await this.applied(node, this.revision);
    return node;
  }

  async applied(node: NodeProcess, revision: number): Promise<void> {
    await until(
      `revision ${revision}`,
      async () => (await this.gauge(node, 'gatehouse_applied_revision')) >= revision,
    );
  }

  get nodes(): readonly Node[] {
    return [...this.running];
  }

  /** A figure of its metrics; -1 = not told. */
  async gauge({ management }: NodeProcess, name: string): Promise<number> {
    const text = await (await fetch(`${management}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? -1);
  }

  /** Its end is wanted from now on. Resolves with the exit code, or the signal's name. */
  end(node: Node, signal: NodeJS.Signals): Promise<number | string> {
    this.running.delete(node);
    node.program.signal(signal);
    return node.program.exited;
  }

  /** Of data planes that nobody wanted to end. */
  takeEarlyEnds(): string[] {
    return this.early.splice(0);
  }

  /** Ends all data planes. */
  async clear(): Promise<void> {
    await Promise.all([...this.running].map((node) => this.end(node, 'SIGKILL')));
  }

  async stop(): Promise<void> {
    await this.clear();
    await killAll();
    await this.feed.close();
    await this.redis.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resident memory of a process, MB. */
export function residentMb(pid: number): number {
  const kb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return kb / 1024;
}

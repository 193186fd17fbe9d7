/** Real servers for tests: a PostgreSQL and a Redis of their own, on free ports, gone afterwards. Never shipped code's. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startEmbeddedPostgres } from '../embedded-postgres';
import { freePort } from '../embedded-postgres/free-port';

export { typeScriptArguments, typeScriptThread } from './run-typescript';

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startTestPostgres(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'));
  const server = await startEmbeddedPostgres({ dataDir, volatile: true });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface TestRedis extends TestServer {
  /** `SIGSTOP`, `SIGKILL` ... */
  signal(name: NodeJS.Signals): void;
}

/** `redis-server` or `valkey-server` of this machine. */
export function redisBinary(): string | undefined {
  return ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}

/**
 * `describe` where a Redis can be had, else `describe.skip` with a loud line; with `GATEHOUSE_REQUIRE=redis` a missing one
 * fails the run instead.
 */
export function describeWithRedis(name: string, body: () => void): void {
  if (redisBinary() !== undefined) describe(name, body);
  else if (process.env.GATEHOUSE_REQUIRE === 'redis') {
    it(`${name} needs redis-server`, () => {
      throw new Error('GATEHOUSE_REQUIRE=redis, but there is no redis-server on the PATH');
    });
  } else {
    process.stderr.write(`\nNOT RUN, no redis-server on the PATH: ${name}\n`);
    describe.skip(name, body);
  }
}

export async function startTestRedis(port?: number): Promise<TestRedis> {
  const binary = redisBinary();
  if (!binary) throw new Error('no redis-server on the PATH');
  const at = port ?? (await freePort());
  const child = spawn(
    binary,
    ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--dir', tmpdir()],
    { stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `redis://127.0.0.1:${at}`;
  await answersPing(url);
  return {
    url,
    signal: (name) => void child.kill(name),
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function answersPing(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 200 });
  client.on('error', () => undefined);
  try {
    await client.ping();
  } finally {
    client.disconnect();
  }
}

export { freePort };

/** Polls without sleeping long; throws with `what` after the deadline (default 10 s). */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

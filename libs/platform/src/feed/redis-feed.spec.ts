import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { createLogger } from '../logging/logger';
import { feedContract } from './feed.contract';
import { NODE_REPORT_PATTERN, type NodeReport } from './feed';
import { RedisFeed } from './redis-feed';

/** A server of our own unless one is given; `undefined` = none can be had. */
interface Server {
  readonly url: string;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const isRequired = (process.env.GATEHOUSE_REQUIRE ?? '').split(',').includes('redis');
let server: Server | undefined;

async function startServer(): Promise<Server | undefined> {
  const given = process.env.TEST_REDIS_URL;
  if (given)
    return { url: given, pause: () => undefined, resume: () => undefined, stop: async () => undefined };
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--save', '', '--bind', '127.0.0.1'], {
    stdio: 'ignore',
  });
  const isThere = await Promise.race([
    new Promise<boolean>((resolve) => child.once('error', () => resolve(false))),
    answers(port),
  ]);
  return isThere ? ours(child, `redis://127.0.0.1:${port}`) : undefined;
}

function ours(child: ChildProcess, url: string): Server {
  return {
    url,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answers(port: number): Promise<boolean> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, lazyConnect: false });
  redis.on('error', () => undefined);
  try {
    return await Promise.race([
      redis.ping().then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 5000, false).unref()),
    ]);
  } finally {
    redis.disconnect();
  }
}

const silent = createLogger('error', { write: () => undefined });
const feedTo = (url: string, commandTimeoutMs?: number): RedisFeed =>
  new RedisFeed({ url, logger: silent, ...(commandTimeoutMs && { commandTimeoutMs }) });

beforeAll(async () => {
  server = await startServer();
  if (server !== undefined) return;
  const message = 'NOT RUN: the Redis feed, since neither TEST_REDIS_URL nor a redis-server program is there';
  if (isRequired) throw new Error(message);
  console.warn(message);
});
afterAll(() => server?.stop());

/** The contract's tests find an in-memory pair when no server can be had; the warning above says so. */
feedContract('redis', {
  open: async (onReport) => {
    if (server === undefined) {
      const { MemoryFeed } = await import('./memory-feed.js');
      const feed = new MemoryFeed(onReport);
      return { publisher: feed, node: feed, close: () => feed.close() };
    }
    const admin = new Redis(server.url);
    await admin.flushall();
    const ear = admin.duplicate();
    await ear.subscribe(NODE_REPORT_PATTERN);
    ear.on(
      'message',
      (_channel, text: string) => void onReport((JSON.parse(text) as { data: NodeReport }).data),
    );
    const [publisher, node] = [feedTo(server.url), feedTo(server.url)];
    passOverConnecting(node);
    return {
      publisher,
      node,
      close: async () => {
        await Promise.all([publisher.close(), node.close()]);
        ear.disconnect();
        admin.disconnect();
      },
    };
  },
});

/** Redis also calls the listener when the connection is made; the contract counts publications. */
function passOverConnecting(feed: RedisFeed): void {
  const subscribe = feed.subscribe.bind(feed);
  feed.subscribe = async (listener) => {
    let connected: (() => void) | undefined;
    const isConnected = new Promise<void>((resolve) => (connected = resolve));
    const unsubscribe = await subscribe(() => {
      if (connected === undefined) return listener();
      connected();
      connected = undefined;
    });
    await isConnected;
    return unsubscribe;
  };
}

describe('redis', () => {
  const withServer = (run: (own: Server) => Promise<void>) => async () => {
    if (server !== undefined) await run(server);
  };

  it(
    'carries a report under the pattern of Nest',
    withServer(async ({ url }) => {
      const ear = new Redis(url);
      const heard: string[] = [];
      await ear.subscribe(NODE_REPORT_PATTERN);
      ear.on('message', (_channel, text: string) => void heard.push(text));
      const feed = feedTo(url);
      const report = {
        nodeId: randomUUID(),
        revision: 3,
        appliedAt: 2,
        startedAt: 1,
        faults: { 'a/b': 'why' },
      };
      await feed.report(report);
      await until(() => heard.length > 0);
      expect(JSON.parse(heard[0] ?? '')).toEqual({ pattern: NODE_REPORT_PATTERN, data: report });
      await feed.close();
      ear.disconnect();
    }),
  );

  it(
    'refuses within its deadline while the server is frozen, and goes on afterwards',
    withServer(async (own) => {
      if (process.env.TEST_REDIS_URL) return;
      const feed = feedTo(own.url, 200);
      await feed.publish({ revision: 10_000, manifest: Buffer.from('m'), parts: new Map(), retired: [] });
      own.pause();
      const from = performance.now();
      await expect(feed.manifest()).rejects.toThrow();
      expect(performance.now() - from).toBeLessThan(1000);
      own.resume();
      await untilResolved(() => feed.manifest());
      await feed.close();
    }),
  );

  it('refuses quickly when nobody is there', async () => {
    const feed = feedTo(`redis://127.0.0.1:${await freePort()}`);
    const from = performance.now();
    await expect(feed.manifest()).rejects.toThrow();
    await expect(feed.part('x')).rejects.toThrow();
    expect(performance.now() - from).toBeLessThan(3000);
    await feed.close();
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('condition not met within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function untilResolved(work: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

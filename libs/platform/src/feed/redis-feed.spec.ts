import { Redis } from 'ioredis';
import { createLogger } from '../logging/logger';
import { describeWithRedis, freePort, startTestRedis, until, type TestRedis } from '../testing';
import { NODE_REPORT_PATTERN, type NodeReport } from './feed';
import { feedContract } from './feed.contract';
import { RedisFeed } from './redis-feed';

jest.setTimeout(30_000);

const silent = createLogger('error', { write: () => undefined });
const feedTo = (url: string, commandTimeoutMs?: number): RedisFeed =>
  new RedisFeed({ url, logger: silent, ...(commandTimeoutMs && { commandTimeoutMs }) });

describeWithRedis('redis feed', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.stop());

  feedContract('redis', {
    open: async (onReport) => {
      const admin = new Redis(server.url);
      await admin.flushall();
      const ear = admin.duplicate();
      await ear.subscribe(NODE_REPORT_PATTERN);
      ear.on('message', (_channel, text: string) => {
        void onReport((JSON.parse(text) as { data: NodeReport }).data);
      });
      const [publisher, node] = [feedTo(server.url), feedTo(server.url)];
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

  it('carries a report under the pattern of Nest', async () => {
    const ear = new Redis(server.url);
    const heard: string[] = [];
    await ear.subscribe(NODE_REPORT_PATTERN);
    ear.on('message', (_channel, text: string) => void heard.push(text));
    const feed = feedTo(server.url);
    const data = { nodeId: 'n1', revision: 3, appliedAt: 2, startedAt: 1, faults: { 'a/b': 'why' } };
    await feed.report(data);
    await until('a report', () => heard.length > 0);
    expect(JSON.parse(heard[0] ?? '')).toEqual({ pattern: NODE_REPORT_PATTERN, data });
    await feed.close();
    ear.disconnect();
  });

  it('refuses within its deadline while the server is frozen, and goes on afterwards', async () => {
    const feed = feedTo(server.url, 200);
    await feed.publish({ revision: 10_000, manifest: Buffer.from('m'), parts: new Map(), retired: [] });
    server.signal('SIGSTOP');
    const from = performance.now();
    await expect(feed.manifest()).rejects.toThrow();
    expect(performance.now() - from).toBeLessThan(1000);
    server.signal('SIGCONT');
    await until('it answers again', () =>
      feed.manifest().then(
        () => true,
        () => false,
      ),
    );
    await feed.close();
  });
});

it('refuses quickly when nobody is there', async () => {
  const feed = feedTo(`redis://127.0.0.1:${await freePort()}`);
  const from = performance.now();
  await expect(feed.manifest()).rejects.toThrow();
  await expect(feed.part('x')).rejects.toThrow();
  expect(performance.now() - from).toBeLessThan(3000);
  await feed.close();
});

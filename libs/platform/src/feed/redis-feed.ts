/**
 * Feed over Redis: parts at `gatehouse:part:{hash}`, the manifest in the hash `gatehouse:manifest`, news on the channel
 * `gatehouse:news`, reports on Nest's Redis transport. No command waits for a server that is away: every one has a
 * deadline, and nothing is queued while disconnected.
 */
import type { Redis } from 'ioredis';
import { connectRedis, whenReady, type RedisOptions } from './redis-connection';
import { NODE_REPORT_PATTERN, type Feed, type NodeReport, type Publication } from './feed';

const MANIFEST = 'gatehouse:manifest';
const NEWS = 'gatehouse:news';
const partKey = (hash: string): string => `gatehouse:part:${hash}`;
const RETIRED_SECONDS = 86_400;

/** Sets the manifest only when it is newer, so that two publishers cannot turn time back. 1 = set. */
const PUBLISH = `
local current = tonumber(redis.call('HGET', KEYS[1], 'revision') or '-1')
local newer = tonumber(ARGV[1]) > current
if newer then redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'manifest', ARGV[2]) end
redis.call('PUBLISH', ARGV[3], ARGV[1])
return newer and 1 or 0`;

export class RedisFeed implements Feed {
  private readonly commands: Redis;
  private news: Redis | undefined;

  constructor(private readonly options: RedisOptions) {
    this.commands = connectRedis(options, 'commands');
  }

  async publish({ revision, manifest, parts, retired }: Publication): Promise<void> {
    const redis = await whenReady(this.commands);
    const writes = redis.pipeline();
    for (const [hash, bytes] of parts) writes.set(partKey(hash), Buffer.from(bytes));
    for (const [error] of (await writes.exec()) ?? []) if (error) throw error;
    const set = await redis.eval(PUBLISH, 1, MANIFEST, revision, Buffer.from(manifest), NEWS);
    if (set === 1 && retired.length > 0) {
      const expiries = redis.pipeline();
      for (const hash of retired) expiries.expire(partKey(hash), RETIRED_SECONDS);
      await expiries.exec();
    }
  }

  async manifest(): Promise<Uint8Array | undefined> {
    return (await (await whenReady(this.commands)).hgetBuffer(MANIFEST, 'manifest')) ?? undefined;
  }

  async part(hash: string): Promise<Uint8Array | undefined> {
    return (await (await whenReady(this.commands)).getBuffer(partKey(hash))) ?? undefined;
  }

  /** One subscription a feed: a node has one subscriber. */
  async subscribe(listener: () => void): Promise<() => Promise<void>> {
    const news = connectRedis(this.options, 'news');
    this.news = news;
    // What had arrived before it was disconnected is still read.
    const tell = (): void => {
      if (this.news === news) listener();
    };
    news.on('message', tell);
    // Also after a reconnect: what was published meanwhile was missed.
    news.on('ready', () => void news.subscribe(NEWS).then(tell, () => undefined));
    return async () => this.endNews();
  }

  async report(report: NodeReport): Promise<void> {
    const message = JSON.stringify({ pattern: NODE_REPORT_PATTERN, data: report });
    await (await whenReady(this.commands)).publish(NODE_REPORT_PATTERN, message);
  }

  async close(): Promise<void> {
    this.commands.disconnect();
    this.endNews();
  }

  private endNews(): void {
    this.news?.disconnect();
    this.news = undefined;
  }
}

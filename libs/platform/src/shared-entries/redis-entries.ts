/**
 * What nodes share through Redis of authorizers' results and of answers: one node makes the call, the others wait for what it was
 * told. Redis is no witness, and no confidant: each entry is sealed under the nodes' own key, with its name and its time, so that
 * nobody who can write there lets anybody in, and nobody who can read there learns anything. Whatever goes wrong here, a node
 * makes the call itself.
 */
import { randomUUID } from 'node:crypto';
import type { EntryClaim, SharedEntries, SharedEntry } from '@gatehouse/engine';
import type { Redis } from 'ioredis';
import { connectRedis, type RedisOptions } from '../feed/redis-connection';
import type { Sealer } from '../keys';
import type { EntryKind } from './channel-entries';

const LOOK_MS = 15;
/** In one step, so that nobody claims what was kept just now. */
const OBTAIN = `
local found = redis.call('GET', KEYS[1])
if found then return { 'found', found } end
if redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') then return { 'claimed' } end
return { 'taken' }`;
/** Deletes a claim only while it is one's own. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

export interface RedisEntriesOptions extends RedisOptions {
  /** What is kept, as part of the names in Redis. */
  readonly kind: EntryKind;
  /** Of the key that all nodes share, and nobody else; without it nothing is shared. */
  readonly sealer: () => Sealer | undefined;
}

export class RedisEntries implements SharedEntries {
  private readonly redis: Redis;
  private news: Redis | undefined;
  private readonly id = randomUUID();
  private readonly replaced: string;

  constructor(private readonly options: RedisEntriesOptions) {
    this.redis = connectRedis(options, `${options.kind}s`);
    this.replaced = `gatehouse:${options.kind}:replaced`;
  }

  async obtain(key: string, waitMs: number): Promise<SharedEntry | EntryClaim> {
    const sealer = this.options.sealer();
    if (sealer === undefined) return NO_CLAIM;
    const names = this.namesOf(key);
    const until = performance.now() + waitMs;
    try {
      do {
        const token = randomUUID();
        const outcome = await this.redis.eval(OBTAIN, 2, names.entry, names.claim, token, waitMs);
        const [what, sealed = ''] = outcome as [string, string?];
        if (what === 'claimed') return this.claim(sealer, names, token);
        const found = what === 'found' ? opened(sealer, names.entry, sealed) : undefined;
        if (found !== undefined) return found;
        // What no node has sealed is in the way of all of them.
        if (what === 'found') await this.redis.del(names.entry);
        else await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      } while (performance.now() < until);
    } catch {
      // Redis is away or slow; its connection tells so in the log.
    }
    return NO_CLAIM;
  }

  replace(key: string, { text, untilMs }: SharedEntry): void {
    const sealer = this.options.sealer();
    const ttlMs = Math.ceil(untilMs - Date.now());
    if (sealer === undefined || ttlMs <= 0) return;
    const { entry } = this.namesOf(key);
    const sealed = sealer.seal(`${untilMs}.${text}`, entry);
    this.redis
      .set(entry, sealed, 'PX', ttlMs)
      .then(() => this.redis.publish(this.replaced, `${this.id} ${key}`))
      .catch(() => undefined);
  }

  /** Over a connection of its own. News that is lost leaves the old entry until its time is over. */
  onReplaced(listener: (key: string) => void): () => void {
    this.news ??= this.openNews();
    const { news } = this;
    const hear = (_channel: string, message: string): void => {
      const [id, key = ''] = message.split(' ');
      if (id !== this.id) listener(key);
    };
    news.on('message', hear);
    return () => void news.off('message', hear);
  }

  /** Ends the connection; what waits makes its own calls. */
  close(): void {
    this.redis.disconnect();
    this.news?.disconnect();
  }

  /** In braces what puts both into one slot of a Redis Cluster. */
  private namesOf(key: string): Names {
    const entry = `gatehouse:${this.options.kind}:{${key}}`;
    return { entry, claim: `${entry}:claim` };
  }

  private openNews(): Redis {
    const news = connectRedis(this.options, `news of ${this.options.kind}s`);
    news.on('ready', () => void news.subscribe(this.replaced).catch(() => undefined));
    return news;
  }

  private claim(sealer: Sealer, { entry, claim }: Names, token: string): EntryClaim {
    const release = (): void => void this.redis.eval(RELEASE, 1, claim, token).catch(() => undefined);
    return {
      release,
      keep: ({ text, untilMs }) => {
        const ttlMs = Math.ceil(untilMs - Date.now());
        if (ttlMs <= 0) return release();
        this.redis
          .set(entry, sealer.seal(`${untilMs}.${text}`, entry), 'PX', ttlMs)
          .catch(() => undefined)
          .finally(release);
      },
    };
  }
}

interface Names {
  readonly entry: string;
  readonly claim: string;
}

/** `undefined` = it is too old, or not a node's. The name is bound in: what was said of one caller is not moved to another. */
function opened(sealer: Sealer, name: string, sealed: string): SharedEntry | undefined {
  const content = sealer.openIfSealed(sealed, name);
  if (content === undefined) return undefined;
  const dot = content.indexOf('.');
  const untilMs = Number(content.slice(0, dot));
  return untilMs > Date.now() ? { text: content.slice(dot + 1), untilMs } : undefined;
}

const NO_CLAIM: EntryClaim = { keep: () => undefined, release: () => undefined };

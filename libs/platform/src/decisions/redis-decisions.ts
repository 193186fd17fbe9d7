/**
 * Authorizers' results that nodes share through Redis. One node makes the call, the others wait for what it was told. Redis is
 * no witness: each result carries a MAC under the nodes' own key, so that nobody who can write there lets anybody in. Whatever
 * goes wrong here, a node makes the call itself.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { DecisionClaim, DecisionStore, StoredDecision } from '@gatehouse/engine';
import type { Redis } from 'ioredis';
import { connectRedis, type RedisOptions } from '../feed/redis-connection';
import type { Sealer } from '../keys';

const LOOK_MS = 15;
const DECISION = 'gatehouse:decision:';
const CLAIM = 'gatehouse:decision-claim:';
/** Deletes a claim only while it is one's own. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

export interface RedisDecisionsOptions extends RedisOptions {
  /** Of the key that all nodes share, and nobody else; without it nothing is shared. */
  readonly sealer: () => Sealer | undefined;
}

export class RedisDecisions implements DecisionStore {
  private readonly redis: Redis;

  constructor(private readonly options: RedisDecisionsOptions) {
    this.redis = connectRedis(options, 'decisions');
  }

  async obtain(key: string, waitMs: number): Promise<StoredDecision | DecisionClaim> {
    const sealer = this.options.sealer();
    if (sealer === undefined) return NO_CLAIM;
    const until = performance.now() + waitMs;
    try {
      do {
        const found = opened(sealer, key, await this.redis.get(DECISION + key));
        if (found !== undefined) return found;
        const token = randomUUID();
        if ((await this.redis.set(CLAIM + key, token, 'PX', waitMs, 'NX')) !== null)
          return this.claim(sealer, key, token);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      } while (performance.now() < until);
    } catch {
      // Redis is away or slow; its connection tells so in the log.
    }
    return NO_CLAIM;
  }

  /** Ends the connection; what waits makes its own calls. */
  close(): void {
    this.redis.disconnect();
  }

  private claim(sealer: Sealer, key: string, token: string): DecisionClaim {
    const release = (): void => void this.redis.eval(RELEASE, 1, CLAIM + key, token).catch(() => undefined);
    return {
      release,
      keep: (decision) => {
        const ttlMs = Math.ceil(decision.untilMs - Date.now());
        if (ttlMs <= 0) return release();
        this.redis
          .set(DECISION + key, sealed(sealer, key, decision), 'PX', ttlMs)
          .catch(() => undefined)
          .finally(release);
      },
    };
  }
}

function sealed(sealer: Sealer, key: string, { text, untilMs }: StoredDecision): string {
  return `${mac(sealer, key, untilMs, text)}.${untilMs}.${text}`;
}

/** `undefined` = there is none, it is too old, or not a node's. */
function opened(sealer: Sealer, key: string, stored: string | null): StoredDecision | undefined {
  const [, given = '', until = '', text = ''] = /^([\w-]{43})\.(\d+)\.(.*)$/s.exec(stored ?? '') ?? [];
  const untilMs = Number(until);
  const isSound =
    given !== '' && timingSafeEqual(Buffer.from(given), Buffer.from(mac(sealer, key, untilMs, text)));
  return isSound && untilMs > Date.now() ? { text, untilMs } : undefined;
}

/** The name is bound in: what was said of one caller is not moved to another. */
function mac(sealer: Sealer, key: string, untilMs: number, text: string): string {
  return sealer.fingerprint(`${key}.${untilMs}.${text}`, 'authorizer-decision');
}

const NO_CLAIM: DecisionClaim = { keep: () => undefined, release: () => undefined };

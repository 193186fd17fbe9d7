/**
 * The response cache of a REST stage (developer guide, "Cache settings for REST APIs in API Gateway"). Answers what is kept, and
 * keeps what the integration answers. Takes the place of the steps that call it.
 */
import type { ResponseCacheSnapshot, RouteCacheSnapshot } from '@gatehouse/snapshot';
import { mayInvalidateCache } from '../authorization/invalidate-cache';
import { GatewayError } from '../errors';
import type { Exchange, Reply } from '../exchange';
import type { Kit } from '../ports';
import type { RoutePlan, Step } from '../program';
import { gatherAnswer, replyOf, type KeptReply, type StoredAnswer } from '../response-cache/answer';
import { compileCacheRequest, type CacheRequest } from '../response-cache/cache-request';
import type { Fill, Outcome, ResponseCache } from '../response-cache/response-cache';
import { isForEverybody, lifetimeOf } from '../response-cache/storable';
import { replyBy, runSteps, type Ending } from '../run-steps';

/** `undefined` = the route's answers are not kept. */
export function serveCached(plan: RoutePlan, kit: Kit, integration: readonly Step[]): Step | undefined {
  const { responseCache: stage, route } = plan;
  if (plan.facts.kind !== 'REST' || stage === undefined || route.cache === undefined) return undefined;
  const service = new CachedRoute(plan, kit, stage, route.cache, integration);
  const isGetOnly = route.method === 'ANY';
  return (x) => {
    const isLeftOut = (isGetOnly && x.method !== 'GET') || x.request.asksWebSocket === true;
    return isLeftOut ? replyBy(x, integration) : service.serve(x);
  };
}

/** Not documented by AWS; the text is that of an open re-implementation. */
const WARNING = '199 Cache-control headers were ignored because the caller was unauthorized.';

const NOT_ALLOWED = 'User is not authorized to invalidate the cache of this resource';

class CachedRoute {
  readonly request: CacheRequest;
  private readonly cache: ResponseCache;
  private readonly mayInvalidate: (x: Exchange) => boolean;
  readonly timeoutMs: number;

  constructor(
    plan: RoutePlan,
    kit: Kit,
    private readonly stage: ResponseCacheSnapshot,
    private readonly settings: RouteCacheSnapshot,
    readonly integration: readonly Step[],
  ) {
    const { route } = plan;
    this.request = compileCacheRequest(kit.responses.starts, plan.facts, route.integration, settings, stage);
    this.cache = kit.responses;
    this.mayInvalidate = mayInvalidateCache(plan, kit);
    this.timeoutMs = 'timeoutMs' in route.integration ? route.integration.timeoutMs : 0;
  }

  serve(x: Exchange): Reply | Promise<Reply> {
    const key = this.request.key(x);
    return typeof key === 'string' ? this.serveBy(x, key) : key.then((late) => this.serveBy(x, late));
  }

  private serveBy(x: Exchange, key: string): Reply | Promise<Reply> {
    const freshness = this.freshness(x);
    if (freshness === 'renew') return this.fill(x, key, true);
    const isWarned = freshness === 'warn';
    // What held when the request came is good enough for it, and the clock need not be asked again.
    const kept = this.cache.find(key, x.startedMs) ?? this.staleMeanwhile(x, key);
    if (kept !== undefined) return hit(x, kept, isWarned);
    const filled = this.fill(x, key, false);
    return isWarned ? filled.then(warned) : filled;
  }

  /** What a client's `Cache-Control: max-age=0` comes to. */
  private freshness(x: Exchange): 'renew' | 'warn' | undefined {
    if (!x.fields.asksForFresh) return undefined;
    const { invalidation } = this.settings;
    if (invalidation === 'anyone' || this.mayInvalidate(x)) return 'renew';
    if (invalidation === 'fail') throw new GatewayError('ACCESS_DENIED', NOT_ALLOWED);
    return invalidation === 'warn' ? 'warn' : undefined;
  }

  /** Old, but good enough while it is renewed behind the client's back. */
  private staleMeanwhile(x: Exchange, key: string): KeptReply | undefined {
    const stale = this.cache.find(key, x.startedMs - seconds(this.stage.staleWhileRevalidateSeconds));
    if (stale !== undefined) this.cache.fill(new Refresh(this, x, key, false)).catch(() => undefined);
    return stale;
  }

  private fill(x: Exchange, key: string, isRenewal: boolean): Promise<Reply> {
    x.cacheResult = 'miss';
    const filled = this.cache.fill(new Miss(this, x, key, isRenewal));
    if (seconds(this.stage.staleIfErrorSeconds) === 0) return filled;
    return filled.catch((error: unknown) => {
      const stale = this.staleInstead(x, key);
      if (stale === undefined) throw error;
      return replyOf(stale);
    });
  }

  replyFor(x: Exchange, key: string, outcome: Outcome | undefined): Reply | Promise<Reply> {
    if (outcome === undefined) return replyBy(x, this.integration);
    if ('reply' in outcome) return outcome.reply;
    const { answer } = outcome;
    return replyOf((answer.status >= 500 ? this.staleInstead(x, key) : undefined) ?? answer);
  }

  /** Old, but better than what went wrong. */
  private staleInstead(x: Exchange, key: string): StoredAnswer | undefined {
    const staleMs = seconds(this.stage.staleIfErrorSeconds);
    const stale = staleMs === 0 ? undefined : this.cache.find(key, x.startedMs - staleMs);
    if (stale !== undefined) x.cacheResult = 'hit';
    return stale;
  }

  outcomeOf(reply: Reply): Outcome | Promise<Outcome> {
    if (!isForEverybody(reply)) return { reply };
    const gathered = gatherAnswer(reply);
    if (gathered instanceof Promise) return gathered.then((late) => this.kept(reply, late));
    return this.kept(reply, gathered);
  }

  private kept(reply: Reply, gathered: StoredAnswer | Reply): Outcome {
    if (!isWhole(gathered)) return { reply: gathered };
    const { ttlSeconds } = this.settings;
    const ttlMs = lifetimeOf(reply, seconds(ttlSeconds), this.stage.honoursOrigin === true);
    return { answer: gathered, ttlMs };
  }
}

/** The call of one request for what is not kept. */
abstract class Filling<T> implements Fill<T>, Ending<Outcome | Promise<Outcome>> {
  readonly timeoutMs: number;

  constructor(
    protected readonly route: CachedRoute,
    protected readonly x: Exchange,
    readonly key: string,
    readonly isRenewal: boolean,
  ) {
    this.timeoutMs = route.timeoutMs;
  }

  call(): Promise<Outcome> {
    return Promise.resolve(runSteps(this.route.request.filling(this.x), this.route.integration, this));
  }

  replied(asked: Exchange, reply: Reply): Outcome | Promise<Outcome> {
    tell(this.x, asked);
    return this.route.outcomeOf(reply);
  }

  failed(asked: Exchange, error: unknown): Promise<Outcome> {
    tell(this.x, asked);
    return Promise.reject(error instanceof Error ? error : new Error('a step failed', { cause: error }));
  }

  abstract finish(outcome: Outcome | undefined): T | Promise<T>;
}

/** Somebody waits for it. */
class Miss extends Filling<Reply> {
  finish(outcome: Outcome | undefined): Reply | Promise<Reply> {
    return this.route.replyFor(this.x, this.key, outcome);
  }
}

/** He who began it has his answer. */
class Refresh extends Filling<void> {
  finish(outcome: Outcome | undefined): Promise<void> {
    return abandon(outcome);
  }
}

/** What was found out by the call goes for the request that made it. */
function tell(x: Exchange, asked: Exchange): void {
  x.integrationStatus = asked.integrationStatus;
  x.integrationLatencyMs = asked.integrationLatencyMs;
  x.integrationError = asked.integrationError;
}

/** Nobody reads it. */
async function abandon(outcome: Outcome | undefined): Promise<void> {
  const body = outcome !== undefined && 'reply' in outcome ? outcome.reply.body : undefined;
  if (typeof body === 'object' && Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.();
}

const seconds = (count = 0): number => count * 1000;

function isWhole(gathered: StoredAnswer | Reply): gathered is StoredAnswer {
  return gathered.body instanceof Uint8Array && !('channel' in gathered);
}

function hit(x: Exchange, { status, repeated, body }: KeptReply, isWarned: boolean): Reply {
  x.cacheResult = 'hit';
  const reply = { status, repeated, headers: [], body: body.byteLength === 0 ? undefined : body };
  return isWarned ? warned(reply) : reply;
}

function warned(reply: Reply): Reply {
  reply.headers.push('Warning', WARNING);
  return reply;
}

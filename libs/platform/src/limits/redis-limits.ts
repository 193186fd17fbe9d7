/**
 * Limits that nodes share through Redis, at `gatehouse:limit:{bucket}` and `gatehouse:limit-nodes`, `gatehouse:quota:{quota}` and
 * `gatehouse:quota-wanted`; each script touches one key, so a Redis Cluster may hold them anywhere. While an answer is overdue
 * nothing more is sent, so that a server that is frozen finds no heap of requests when it goes on.
 */
import { createHash } from 'node:crypto';
import {
  ACCOUNT_TTL_MS,
  LEASE_TTL_MS,
  NODE_TTL_MS,
  WANTED_MS,
  type LeaseAnswer,
  type LeaseAnswers,
  type LeaseRequest,
  type LimitStore,
  type QuotaRequest,
} from '@gatehouse/engine';
import type { ChainableCommander, Redis } from 'ioredis';
import { connectRedis, whenReady, type RedisOptions } from '../feed/redis-connection';
import { LEASE_SCRIPT, NODES_SCRIPT } from './lease-script';
import { QUOTA_SCRIPT, WANTED_SCRIPT, WISH_SCRIPT } from './quota-script';

const BUCKET = 'gatehouse:limit:';
const NODES = 'gatehouse:limit-nodes';
const QUOTA = 'gatehouse:quota:';
/** Sorted by when nobody got any. */
const WANTED = 'gatehouse:quota-wanted';
const OVERDUE_MS = 100;
const SCRIPTS = [LEASE_SCRIPT, NODES_SCRIPT, QUOTA_SCRIPT, WANTED_SCRIPT, WISH_SCRIPT];
const [LEASE_SHA = '', NODES_SHA = '', QUOTA_SHA = '', WANTED_SHA = '', WISH_SHA = ''] = SCRIPTS.map((text) =>
  createHash('sha1').update(text).digest('hex'),
);

export class RedisLimits implements LimitStore {
  private readonly redis: Redis;
  /** When they were sent, oldest first. */
  private readonly out = new Set<{ readonly sentMs: number }>();

  constructor(options: RedisOptions) {
    this.redis = connectRedis(options, 'limits');
  }

  async lease(
    node: string,
    requests: readonly LeaseRequest[],
    quotas: readonly QuotaRequest[] = [],
  ): Promise<LeaseAnswers> {
    const [oldest] = this.out;
    const asked = { sentMs: performance.now() };
    if (oldest !== undefined && asked.sentMs - oldest.sentMs > OVERDUE_MS)
      throw new Error('an answer is overdue');
    this.out.add(asked);
    try {
      await whenReady(this.redis);
      const run = (): Promise<LeaseAnswers> => this.run(node, requests, quotas);
      return await run().catch((error: unknown) => this.retry(error, run));
    } finally {
      this.out.delete(asked);
    }
  }

  close(): void {
    this.redis.disconnect();
  }

  /** A server that does not know the scripts, being new or restarted, has run none of them. */
  private async retry(error: unknown, run: () => Promise<LeaseAnswers>): Promise<LeaseAnswers> {
    if (!String(error).includes('NOSCRIPT')) throw error;
    for (const script of SCRIPTS) await this.redis.script('LOAD', script);
    return run();
  }

  private async run(
    node: string,
    requests: readonly LeaseRequest[],
    quotas: readonly QuotaRequest[],
  ): Promise<LeaseAnswers> {
    const pipeline = this.redis.pipeline().evalsha(NODES_SHA, 1, NODES, node, NODE_TTL_MS);
    pipeline.evalsha(WANTED_SHA, 1, WANTED, WANTED_MS);
    for (const request of requests) addLease(pipeline, node, request);
    for (const request of quotas) addQuota(pipeline, node, request);
    const results = (await pipeline.exec()) ?? [];
    const [nodes, wanted, ...answers] = results.map(([error, result]) => {
      if (error) throw error;
      return result;
    });
    const ofQuotas = answers.slice(requests.length).map(answerIn);
    const missed = quotas.filter(({ want }, i) => want > 0 && ofQuotas[i]?.granted === 0);
    if (missed.length > 0) this.wish(missed);
    return {
      nodes: Number(nodes),
      answers: answers.slice(0, requests.length).map(answerIn),
      quotas: ofQuotas,
      wanted: Array.isArray(wanted) ? wanted.map(String) : [],
    };
  }

  /** A wish that is lost is told again with the next request. */
  private wish(missed: readonly QuotaRequest[]): void {
    const names = missed.map(({ quota }) => quota);
    this.redis.evalsha(WISH_SHA, 1, WANTED, WANTED_MS, ...names).catch(() => undefined);
  }
}

function addLease(pipeline: ChainableCommander, node: string, request: LeaseRequest): void {
  const { bucket, rate, burst, spent, charged, isFresh, want, level } = request;
  pipeline.evalsha(
    LEASE_SHA,
    1,
    BUCKET + bucket,
    ...[node, rate, burst, spent, charged, isFresh ? 1 : 0, want, level ?? ''],
    ...[LEASE_TTL_MS, NODE_TTL_MS, ACCOUNT_TTL_MS],
  );
}

function addQuota(pipeline: ChainableCommander, node: string, request: QuotaRequest): void {
  const { quota, holder, limit, spent, charged, want, level, keepMs } = request;
  pipeline.evalsha(
    QUOTA_SHA,
    1,
    QUOTA + quota,
    ...[`${node}.${holder}`, limit, spent, charged, want, level ?? '', keepMs],
  );
}

function answerIn(result: unknown): LeaseAnswer {
  const [granted, level] = Array.isArray(result) ? result.map(Number) : [];
  if (granted === undefined || level === undefined || Number.isNaN(granted + level))
    throw new Error('no answer of the script');
  return { granted, level };
}

/**
 * Limits in one process: of itself, or of workers that share it over their channels. Its clock is monotonic. With a file quotas
 * outlive the process, which buckets need not.
 */
import {
  NODE_TTL_MS,
  SharedBucket,
  SharedQuota,
  WANTED_MS,
  type LeaseAnswer,
  type LeaseAnswers,
  type LeaseRequest,
  type LimitStore,
  type QuotaRequest,
} from '@gatehouse/engine';
import type { QuotaFile } from './quota-file';

const SWEEP_MS = 60_000;

export class MemoryLimits implements LimitStore {
  private readonly buckets = new Map<string, SharedBucket>();
  /** When each was heard of. */
  private readonly nodes = new Map<string, number>();
  private readonly quotas = new Map<string, SharedQuota>();
  /** When nobody got any. */
  private readonly wanted = new Map<string, number>();
  private sweptMs = performance.now();

  constructor(private readonly file?: QuotaFile) {
    const aheadMs = performance.now() - Date.now();
    for (const { quota, used, untilMs } of file?.read() ?? [])
      this.quotas.set(quota, new SharedQuota(used, untilMs + aheadMs));
  }

  close(): void {
    this.file?.close();
  }

  async lease(
    node: string,
    requests: readonly LeaseRequest[],
    quotas: readonly QuotaRequest[] = [],
  ): Promise<LeaseAnswers> {
    const nowMs = performance.now();
    this.nodes.set(node, nowMs);
    for (const [name, seenMs] of this.nodes) if (nowMs - seenMs > NODE_TTL_MS) this.nodes.delete(name);
    if (nowMs - this.sweptMs > SWEEP_MS) this.sweep(nowMs);
    const answers = requests.map((request) => this.bucket(request.bucket).lease(node, request, nowMs));
    for (const [name, sinceMs] of this.wanted) if (nowMs - sinceMs > WANTED_MS) this.wanted.delete(name);
    const wanted = [...this.wanted.keys()];
    return {
      nodes: this.nodes.size,
      answers,
      quotas: quotas.map((request) => this.leaseQuota(node, request, nowMs)),
      wanted,
    };
  }

  private leaseQuota(node: string, request: QuotaRequest, nowMs: number): LeaseAnswer {
    const quota = this.quotas.get(request.quota) ?? new SharedQuota();
    this.quotas.set(request.quota, quota);
    const before = quota.used;
    const answer = quota.lease(node, request, nowMs);
    if (quota.used !== before) this.keep(request.quota, quota, nowMs);
    if (request.want > 0 && answer.granted === 0) this.wanted.set(request.quota, nowMs);
    return answer;
  }

  private keep(name: string, { used, untilMs }: SharedQuota, nowMs: number): void {
    this.file?.keep({ quota: name, used, untilMs: Math.ceil(Date.now() + untilMs - nowMs) });
  }

  private bucket(name: string): SharedBucket {
    const known = this.buckets.get(name);
    if (known !== undefined) return known;
    const bucket = new SharedBucket();
    this.buckets.set(name, bucket);
    return bucket;
  }

  private sweep(nowMs: number): void {
    this.sweptMs = nowMs;
    for (const [name, bucket] of this.buckets) if (bucket.isForgotten(nowMs)) this.buckets.delete(name);
    for (const [name, quota] of this.quotas) if (quota.isForgotten(nowMs)) this.quotas.delete(name);
  }
}

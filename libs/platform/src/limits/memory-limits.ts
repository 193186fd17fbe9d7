/** Limits in one process: of itself, or of workers that share it over their channels. Its clock is monotonic. */
import {
  NODE_TTL_MS,
  SharedBucket,
  type LeaseAnswers,
  type LeaseRequest,
  type LimitStore,
} from '@gatehouse/engine';

const SWEEP_MS = 60_000;

export class MemoryLimits implements LimitStore {
  private readonly buckets = new Map<string, SharedBucket>();
  /** When each was heard of. */
  private readonly nodes = new Map<string, number>();
  private sweptMs = performance.now();

  async lease(node: string, requests: readonly LeaseRequest[]): Promise<LeaseAnswers> {
    const nowMs = performance.now();
    this.nodes.set(node, nowMs);
    for (const [name, seenMs] of this.nodes) if (nowMs - seenMs > NODE_TTL_MS) this.nodes.delete(name);
    if (nowMs - this.sweptMs > SWEEP_MS) this.sweep(nowMs);
    const answers = requests.map((request) => this.bucket(request.bucket).lease(node, request, nowMs));
    return { nodes: this.nodes.size, answers };
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
  }
}

/**
 * One bucket of all nodes, as a store keeps it: a level, and an account of each node. Level and what nodes hold never come to more
 * than `burst`. A node's account says up to which call it has paid; its next request says how many calls there were, and the
 * difference, a rest or a debt, goes back to the level before new tokens are granted. The Redis script does the same.
 */
import {
  ACCOUNT_TTL_MS,
  LEASE_TTL_MS,
  NODE_TTL_MS,
  type LeaseAnswer,
  type LeaseRequest,
} from './limit-store';

interface Account {
  /** Calls that are paid for, of all since the node began. */
  charged: number;
  /** Of those, how many were not told to have been made. */
  held: number;
  seenMs: number;
}

export class SharedBucket {
  #level: number | undefined = undefined;
  #burst = 0;
  #atMs = 0;
  readonly #accounts = new Map<string, Account>();

  /** No node has asked for it for so long that it is as good as unknown. */
  isForgotten(nowMs: number): boolean {
    return [...this.#accounts.values()].every(({ seenMs }) => nowMs - seenMs > ACCOUNT_TTL_MS);
  }

  lease(node: string, request: LeaseRequest, nowMs: number): LeaseAnswer {
    const { burst, spent, want } = request;
    for (const [id, { seenMs }] of this.#accounts)
      if (nowMs - seenMs > ACCOUNT_TTL_MS) this.#accounts.delete(id);
    const account = this.#accounts.get(node);
    let level = this.#refilled(request, nowMs);
    if (request.isFresh) level = Math.min(level, request.level ?? burst);
    const charged = account === undefined || request.isFresh ? request.charged : account.charged;
    level = Math.min(level + charged - spent, burst - this.#heldByOthers(node, nowMs));
    // A debt of more than a bucket would lock everybody out for what one node says.
    level = Math.max(level, -burst);
    // Never all of it: who comes next finds something.
    const share = level / Math.max(2, this.#users(node, nowMs));
    const granted = want < 0 ? 0 : Math.max(0, Math.floor(Math.min(level, Math.max(want, share))));
    this.#level = level - granted;
    this.#accounts.set(node, { charged: spent + granted, held: granted, seenMs: nowMs });
    return { granted, level: this.#level };
  }

  /**
   * Room is what was told before: that a token was spent is known only now, so nothing has come in its place yet. A bucket that
   * was full is so under another limit too.
   */
  #refilled({ rate, burst, level }: LeaseRequest, nowMs: number): number {
    const [known, before] = [this.#level, this.#burst];
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#burst = burst;
    if (known === undefined) return Math.min(burst, level ?? burst);
    const held = this.#heldByOthers('', nowMs);
    const refilled = Math.max(known, Math.min(before - held, known + (rate * passedMs) / 1000));
    return burst !== before && refilled >= before - held ? burst - held : refilled;
  }

  #heldByOthers(node: string, nowMs: number): number {
    let held = 0;
    for (const [id, account] of this.#accounts)
      if (id !== node && nowMs - account.seenMs <= LEASE_TTL_MS) held += account.held;
    return held;
  }

  /** Nodes that use this bucket, the asking one included. */
  #users(node: string, nowMs: number): number {
    let users = 1;
    for (const [id, { seenMs }] of this.#accounts) if (id !== node && nowMs - seenMs <= NODE_TTL_MS) users++;
    return users;
  }
}

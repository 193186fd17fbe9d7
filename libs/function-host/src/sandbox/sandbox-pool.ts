/**
 * The sandboxes of all functions: warm ones are kept for the next call, new ones are started when none is free, within the
 * host's and each function's concurrency.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { throttled } from '../lambda-fault';
import type { Invocation, Outcome } from './invocation';
import { Sandbox, type SandboxListener, type SandboxSpec } from './sandbox';

export interface PoolLimits {
  /** Invocations at once, of all functions; also the most processes that are kept. */
  readonly maxConcurrency: number;
  /** An idle sandbox is ended after this time. */
  readonly idleMs: number;
}

/** What a call is counted and kept under. */
export interface PoolKey {
  /** The function, over all its versions. */
  readonly functionKey: string;
  /** Code and settings that a warm sandbox must have been started with. */
  readonly generation: string;
  /** Of the function; absent = the host's limit alone. */
  readonly reservedConcurrency?: number;
}

export interface Answered {
  readonly outcome: Outcome;
  /** The last 4 KB that the call logged, where they were asked for. */
  readonly tail?: Buffer;
}

/**
 * How long a call waits for a process that has just answered and not asked for more yet, before it starts another: about as long
 * as that takes. On a busy machine both take longer, and one process more would make it busier.
 */
const SETTLE_MS = 100;
const MEMORY_BEAT_MS = 100;
const IDLE_BEAT_MS = 1000;

interface Group {
  readonly key: PoolKey;
  /** The last one is the warmest. */
  readonly idle: Sandbox[];
  readonly waiters: Set<() => void>;
  isRetired: boolean;
}

export class SandboxPool {
  /** By generation; retired ones are not here. */
  private readonly groups = new Map<string, Group>();
  private readonly living = new Map<Sandbox, Group>();
  /** Running invocations by function. */
  private readonly running = new Map<string, number>();
  private total = 0;
  private isStopped = false;
  private onDrained: () => void = () => undefined;
  private readonly beats: readonly NodeJS.Timeout[];

  constructor(private readonly limits: PoolLimits) {
    this.beats = [
      setInterval(() => this.checkMemory(), MEMORY_BEAT_MS).unref(),
      setInterval(() => this.endIdle(), IDLE_BEAT_MS).unref(),
    ];
  }

  /** Calls a function; `spec` makes what a new sandbox is started with. Rejects with `TooManyRequestsException` only. */
  async invoke(
    key: PoolKey,
    spec: () => SandboxSpec,
    invocation: Invocation,
    withTail: boolean,
  ): Promise<Answered> {
    this.enter(key);
    try {
      const sandbox = await this.acquire(this.groupOf(key), spec);
      return await (withTail
        ? callWithTail(sandbox, invocation)
        : { outcome: await sandbox.invoke(invocation) });
    } finally {
      this.leave(key);
    }
  }

  /** The function's sandboxes end as soon as they are idle: its code or settings changed. */
  retire(functionKey: string): void {
    for (const [generation, group] of this.groups) {
      if (group.key.functionKey !== functionKey) continue;
      this.groups.delete(generation);
      group.isRetired = true;
      for (const sandbox of group.idle.splice(0)) sandbox.kill();
    }
  }

  /** As `retire`, and running invocations fail. */
  kill(functionKey: string): void {
    this.retire(functionKey);
    for (const [sandbox, group] of this.living) if (group.key.functionKey === functionKey) sandbox.kill();
  }

  /** Waits for running invocations, at most `graceMs`, then ends every process. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    if (this.total > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.onDrained = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const beat of this.beats) clearInterval(beat);
    for (const sandbox of this.living.keys()) sandbox.kill();
  }

  private enter({ functionKey, reservedConcurrency }: PoolKey): void {
    const own = this.running.get(functionKey) ?? 0;
    if (reservedConcurrency !== undefined && own >= reservedConcurrency) {
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (this.total >= this.limits.maxConcurrency || this.isStopped) {
      throw throttled('ConcurrentInvocationLimitExceeded');
    }
    this.running.set(functionKey, own + 1);
    this.total++;
  }

  private leave({ functionKey }: PoolKey): void {
    const own = (this.running.get(functionKey) ?? 1) - 1;
    if (own > 0) this.running.set(functionKey, own);
    else this.running.delete(functionKey);
    if (--this.total === 0) this.onDrained();
  }

  private groupOf(key: PoolKey): Group {
    const known = this.groups.get(key.generation);
    if (known) return known;
    const group: Group = { key, idle: [], waiters: new Set(), isRetired: false };
    this.groups.set(key.generation, group);
    return group;
  }

  private async acquire(group: Group, spec: () => SandboxSpec): Promise<Sandbox> {
    const warm = group.idle.pop();
    if (warm) return warm;
    if (this.isSettling(group)) {
      await settled(group);
      const late = group.idle.pop();
      if (late) return late;
    }
    this.makeRoom();
    const sandbox = new Sandbox(spec(), this.listenerOf(group));
    this.living.set(sandbox, group);
    return sandbox;
  }

  private listenerOf(group: Group): SandboxListener {
    return {
      idle: (sandbox) => {
        if (group.isRetired || this.isStopped) return sandbox.kill();
        group.idle.push(sandbox);
        wake(group);
      },
      dead: (sandbox) => {
        this.living.delete(sandbox);
        const at = group.idle.indexOf(sandbox);
        if (at >= 0) group.idle.splice(at, 1);
        wake(group);
      },
    };
  }

  private isSettling(group: Group): boolean {
    return [...this.living].some(([sandbox, its]) => its === group && sandbox.isSettling);
  }

  /** The process that was idle longest makes room for a new one. */
  private makeRoom(): void {
    if (this.living.size < this.limits.maxConcurrency) return;
    const [oldest] = this.idle().sort((a, b) => a.idleSinceMs - b.idleSinceMs);
    oldest?.kill();
  }

  private endIdle(): void {
    const limit = performance.now() - this.limits.idleMs;
    for (const sandbox of this.idle()) if (sandbox.idleSinceMs < limit) sandbox.kill();
  }

  private checkMemory(): void {
    for (const sandbox of this.living.keys()) void sandbox.checkMemory();
  }

  private idle(): Sandbox[] {
    return [...this.groups.values()].flatMap((group) => group.idle);
  }
}

/** The answer waits until the call's log lines are complete. */
async function callWithTail(sandbox: Sandbox, invocation: Invocation): Promise<Answered> {
  const { log } = sandbox.spec;
  log.startTail();
  let ended = (): void => undefined;
  const complete = new Promise<void>((resolve) => (ended = resolve));
  const outcome = await sandbox.invoke(invocation, ended);
  await complete;
  return { outcome, tail: log.takeTail() };
}

/** Resolves when a sandbox of the group may be free, or after a moment. */
function settled(group: Group): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      group.waiters.delete(done);
      resolve();
    };
    const timer = setTimeout(done, SETTLE_MS);
    group.waiters.add(done);
  });
}

function wake(group: Group): void {
  for (const waiter of group.waiters) waiter();
}

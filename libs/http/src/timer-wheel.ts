/**
 * Deadlines of many connections on one timer. To move a deadline is to write a number: an entry stays in its slot, and is
 * placed anew when the slot comes round. Nothing expires early; it may be one tick late, and a little more where many expire at
 * once: whoever opens ten thousand connections in a moment must not hold up all others when their time is over.
 */

const SLOTS = 256;
/** Behind the slots of the wheel: what is to be looked at now. */
const DUE = SLOTS;
/** In one turn of the event loop. To end a connection takes tens of microseconds. */
const MOST_EXPIRIES = 32;

export interface Timed {
  /** `performance.now()` of the deadline; `Infinity` = none. Written by the wheel. */
  deadlineMs: number;
  /** Where it is on the wheel; -1 = nowhere. Written by the wheel. */
  slot: number;
  /** When the wheel will look at it. Written by the wheel. */
  lookAtMs: number;
  expire(): void;
}

export class TimerWheel {
  private readonly due = new Set<Timed>();
  private readonly slots = [...Array.from({ length: SLOTS }, () => new Set<Timed>()), this.due];
  private timer: NodeJS.Timeout | undefined;
  private rest: NodeJS.Immediate | undefined;
  private size = 0;
  private turn = 0;

  constructor(private readonly tickMs: number) {}

  set(entry: Timed, inMs: number): void {
    this.setAt(entry, performance.now() + inMs);
  }

  /** `deadlineMs` as `performance.now()` counts. */
  setAt(entry: Timed, deadlineMs: number): void {
    const isSeenInTime = entry.slot >= 0 && entry.lookAtMs <= deadlineMs + this.tickMs;
    if (!isSeenInTime) this.remove(entry);
    entry.deadlineMs = deadlineMs;
    if (!isSeenInTime) this.place(entry, performance.now());
  }

  /** It stays in its slot, to be there for the next deadline. */
  clear(entry: Timed): void {
    entry.deadlineMs = Infinity;
  }

  remove(entry: Timed): void {
    entry.deadlineMs = Infinity;
    if (entry.slot < 0) return;
    this.slots[entry.slot]?.delete(entry);
    entry.slot = -1;
    this.size--;
    if (this.size === 0) this.stop();
  }

  private place(entry: Timed, nowMs: number): void {
    const ticks = Math.min(SLOTS - 1, Math.max(1, Math.ceil((entry.deadlineMs - nowMs) / this.tickMs)));
    entry.lookAtMs = nowMs + ticks * this.tickMs;
    entry.slot = (this.turn + ticks) % SLOTS;
    this.slots[entry.slot]?.add(entry);
    this.size++;
    this.timer ??= setInterval(() => this.tick(), this.tickMs).unref();
  }

  private tick(): void {
    this.turn = (this.turn + 1) % SLOTS;
    for (const entry of this.slots[this.turn] ?? []) {
      entry.slot = DUE;
      this.due.add(entry);
    }
    this.slots[this.turn]?.clear();
    if (this.rest === undefined) this.lookAtDue();
  }

  private lookAtDue(): void {
    this.rest = undefined;
    const nowMs = performance.now();
    let expiries = 0;
    for (const entry of this.due) {
      if (expiries === MOST_EXPIRIES) {
        this.rest = setImmediate(() => this.lookAtDue());
        return;
      }
      this.due.delete(entry);
      entry.slot = -1;
      this.size--;
      if (entry.deadlineMs <= nowMs) {
        expiries++;
        entry.deadlineMs = Infinity;
        entry.expire();
      } else if (entry.deadlineMs !== Infinity) this.place(entry, nowMs);
    }
    if (this.size === 0) this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

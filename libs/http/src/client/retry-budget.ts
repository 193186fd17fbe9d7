/**
 * Repeats are at most a tenth of the calls: an origin in trouble must not get twice its load. A reserve, which time refills,
 * lets an origin with little traffic close its idle connections unnoticed.
 */

const EACH_CALL = 0.1;
const RESERVE = 100;
const RESERVE_PER_MS = 10 / 1000;
const MOST = 1000;

export class RetryBudget {
  private tokens = RESERVE;
  private refilledAtMs = 0;

  called(): void {
    if (this.tokens < MOST) this.tokens += EACH_CALL;
  }

  /** May one call be repeated? */
  spend(): boolean {
    const nowMs = performance.now();
    if (this.tokens < RESERVE) {
      const refill = (nowMs - this.refilledAtMs) * RESERVE_PER_MS;
      this.tokens = Math.min(RESERVE, this.tokens + refill);
    }
    this.refilledAtMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}

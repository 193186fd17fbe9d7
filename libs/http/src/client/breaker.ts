/**
 * Stops calling an origin that can't be reached, or that breaks off all it is asked. Answers count as they come, whatever their
 * status; timeouts of answers do not count, for one slow resource says nothing about the others.
 */
import type { ClientFault } from './fault';

export interface BreakerOptions {
  /** So many failures in a row, without an answer between them, open it. Default 10. */
  readonly failures?: number;
  /** From then on one call in so long is let through; the pause doubles up to `maxPauseMs`. Default 500. */
  readonly pauseMs?: number;
  /** Default 10,000. */
  readonly maxPauseMs?: number;
}

export class Breaker {
  private readonly limit: number;
  private readonly firstPauseMs: number;
  private readonly maxPauseMs: number;
  private failures = 0;
  private pauseMs = 0;
  private probeAtMs = 0;
  private fault: ClientFault | undefined = undefined;

  constructor({ failures = 10, pauseMs = 500, maxPauseMs = 10_000 }: BreakerOptions = {}) {
    this.limit = failures;
    this.firstPauseMs = pauseMs;
    this.maxPauseMs = maxPauseMs;
  }

  /** Why a call should not even be tried. One that may be is the probe, and the next has to wait for its pause. */
  refusal(): ClientFault | undefined {
    if (this.failures < this.limit) return undefined;
    const nowMs = performance.now();
    if (nowMs < this.probeAtMs) return this.fault;
    this.probeAtMs = nowMs + this.pauseMs;
    return undefined;
  }

  answered(): void {
    this.failures = 0;
    this.pauseMs = 0;
  }

  failed(fault: ClientFault): void {
    this.fault = fault;
    if (++this.failures < this.limit) return;
    this.pauseMs = this.pauseMs === 0 ? this.firstPauseMs : Math.min(this.pauseMs * 2, this.maxPauseMs);
    this.probeAtMs = performance.now() + this.pauseMs;
  }
}

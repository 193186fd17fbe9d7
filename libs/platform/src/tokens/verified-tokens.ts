/** Tokens that were verified a moment ago, so that a client's next request costs no signature. */
import type { Claims } from '@gatehouse/engine';

/** A key that its issuer takes back may count for so long. */
const KEPT_MS = 5 * 60_000;
const MAX_TOKENS = 10_000;

interface Kept {
  readonly issuer: string;
  readonly claims: Claims;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

export class VerifiedTokens {
  /** By token, in order of arrival. What one issuer has signed is no other's. */
  private readonly kept = new Map<string, Kept>();

  find(issuer: string, token: string, nowMs: number): Claims | undefined {
    const found = this.kept.get(token);
    return found?.issuer === issuer && nowMs < found.untilMs ? found.claims : undefined;
  }

  keep(issuer: string, token: string, claims: Claims, nowMs: number): void {
    const expiresMs = typeof claims.exp === 'number' ? claims.exp * 1000 : 0;
    // In memory of its own: as a part of a request's head it would keep all of that.
    const own = Buffer.from(token, 'latin1').toString('latin1');
    this.kept.delete(own);
    this.kept.set(own, { issuer, claims, untilMs: Math.min(nowMs + KEPT_MS, expiresMs) });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_TOKENS && oldest !== undefined) this.kept.delete(oldest);
  }
}

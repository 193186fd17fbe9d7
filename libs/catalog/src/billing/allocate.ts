/** One amount, divided over those who caused it. */
import type { Amount } from './amount';

/**
 * Shares in proportion to `weights` (none negative), in their order. The running sum is cut to whole ten-billionths, and a share is
 * what it grew by: so the shares always sum to `amount`, each is less than a ten-billionth off its exact part, the same holds for
 * every run of neighbours, and who has no weight pays nothing. All weights 0: all shares 0.
 */
export function allocate(amount: Amount, weights: readonly bigint[]): Amount[] {
  const whole = weights.reduce((sum, one) => sum + one, 0n);
  let [weight, given] = [0n, 0n];
  return weights.map((one) => {
    weight += one;
    const upToHere = whole === 0n ? 0n : (amount * weight) / whole;
    const share = upToHere - given;
    given = upToHere;
    return share;
  });
}

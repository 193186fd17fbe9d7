/**
 * Money without binary floats. An amount is a whole number of ten-billionths of the currency's unit, so a single call at $1.00 a
 * million (0.000001) is exact, and sums are sums.
 */
export type Amount = bigint;

const DECIMALS = 10;
const ONE = 10n ** BigInt(DECIMALS);

/** What `amountIn` reads: no sign, no exponent, up to 9 digits before the point and 10 behind it. */
export const DECIMAL_TEXT = /^\d{1,9}(?:\.\d{1,10})?$/;

/** `text` matches `DECIMAL_TEXT`. */
export function amountIn(text: string): Amount {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(DECIMALS, '0'));
}

/** With as many decimals as it needs, and at least two: `0.0000035`, `12.50`. `amount` is not negative. */
export function decimalText(amount: Amount): string {
  const fraction = String(amount % ONE).padStart(DECIMALS, '0');
  return `${amount / ONE}.${fraction.replace(/0{0,8}$/, '')}`;
}

/** Half and more goes up. Neither is negative, `divisor` is not 0. */
export function rounded(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}

/** What can be paid: rounded to the minor unit of the currency (ISO 4217), `12.35` USD, `12` JPY. */
export function payableText(amount: Amount, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(rounded(amount, 10n ** BigInt(DECIMALS - digits))).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** ECMA-402 takes them from ISO 4217. */
function minorDigits(currency: string): number {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return maximumFractionDigits;
}

/** Is a trace that begins here sampled? Decided by its id, so that every node and every service decides alike. */
import type { Tracing } from '@gatehouse/engine';
import type { TracingSettings } from './span-settings';

/** The last 56 bits are the random ones (W3C Trace Context level 2). */
const RANDOM_DIGITS = 14;
const RANDOM_VALUES = 16n ** BigInt(RANDOM_DIGITS);

export function rootSampler({
  sampler,
  ratio,
}: Pick<TracingSettings, 'sampler' | 'ratio'>): Tracing['sampleRoot'] {
  switch (sampler) {
    case 'always_on':
      return () => true;
    case 'always_off':
      return () => false;
    case 'traceidratio':
      return ratio >= 1 ? () => true : below(BigInt(Math.ceil(ratio * Number(RANDOM_VALUES))));
  }
}

/** Digit by digit, as the first ones decide: to make a number of all would be most of what an unsampled trace costs. */
function below(bound: bigint): Tracing['sampleRoot'] {
  const digits = bound.toString(16).padStart(RANDOM_DIGITS, '0');
  return ({ traceId }) => {
    const from = traceId.length - RANDOM_DIGITS;
    for (let i = 0; i < RANDOM_DIGITS; i++) {
      const difference = traceId.charCodeAt(from + i) - digits.charCodeAt(i);
      if (difference !== 0) return difference < 0;
    }
    return false;
  };
}

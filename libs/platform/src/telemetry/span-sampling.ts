/** Is a trace that begins here sampled? Decided by its id, so that every node and every service decides alike. */
import type { TracingSettings } from './span-settings';

const RANDOM_BITS = 2 ** 56;

export function rootSampler({
  sampler,
  ratio,
}: Pick<TracingSettings, 'sampler' | 'ratio'>): (traceId: string) => boolean {
  switch (sampler) {
    case 'always_on':
      return () => true;
    case 'always_off':
      return () => false;
    case 'traceidratio': {
      // The last 56 bits are the random ones (W3C Trace Context level 2).
      const bound = ratio * RANDOM_BITS;
      return (traceId) => Number.parseInt(traceId.slice(-14), 16) < bound;
    }
  }
}

/** What Node and V8 do with a process that carries traffic; their own settings are meant for programs of all kinds. */
import { setFlagsFromString } from 'node:v8';

/**
 * Of a process from its start, so whoever starts one has to say it.
 * - Node's own code in large pages, where the system has some: 5 to 12 % less CPU for a request (docs/guide/benchmarks.md). Each
 *   process has 40 MB of its own for it, which they had in common, and starts 54 ms later.
 * - One thread beside the main one, for what V8 does in the background, where its own choice is four: a worker has one core.
 */
export const TRAFFIC_FLAGS: readonly string[] = ['--use-largepages=silent', '--v8-pool-size=1'];

/**
 * Of this process, from now on.
 * - The way of a request leads through many small functions, which V8 makes one of only up to a budget: three times as much costs
 *   3 % less CPU.
 * - A data plane holds a few megabytes for long, and V8 collected all of them up to nine times a second: uploads, and answers of
 *   16 KB, cost 4 % less where the heap may grow to three times of what is alive.
 */
export function tuneForTraffic(): void {
  setFlagsFromString('--max-inlined-bytecode-size=1000');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=3000');
  setFlagsFromString('--heap-growing-percent=200');
}

export const rounded = (value, digits) => Number(value.toFixed(digits));

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which the part `share` (0 to 1) of `sorted` lies; nearest rank. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))];
}

/** What programs that are none of ours took of the machine, 0 to 1: the median over all rounds that tell it. */
export function othersShare(scenarios) {
  const shares = scenarios.flatMap(({ rounds = [] }) => rounds.flatMap((round) => round.othersShare ?? []));
  return shares.length > 0 ? median(shares) : 0;
}

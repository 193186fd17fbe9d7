/** Canaries beyond AWS: callers that stay on their side, and an end by itself, good or bad. */
import { badRequest } from '../fault';
import type { Check } from '../option-check';

export interface CanaryOptions {
  /** Calls with the same value of this header go the same way; calls without it are spread by chance. */
  readonly stickyHeader?: string;
  /** The same, of a cookie. Only one of the two can be set. */
  readonly stickyCookie?: string;
  /** The canary is removed as soon as its calls are worse than one of these. */
  readonly autoAbort?: CanaryThresholds;
  /** The canary becomes the stage when its calls have kept within all of these for a whole window. */
  readonly autoPromote?: CanaryThresholds;
}

/** Of the canary's calls in the last `windowSeconds`. At least one of the two limits. */
export interface CanaryThresholds {
  /** Share of answers with status 5xx, 0 to 100. */
  readonly maxErrorPercent?: number;
  /** The 95th percentile of the time from request head to last byte. */
  readonly maxP95Ms?: number;
  /** 5 to 3,600. */
  readonly windowSeconds: number;
  /** With fewer calls nothing is decided. From 1. */
  readonly minRequests: number;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

const token: Check = (value) =>
  typeof value === 'string' && TOKEN.test(value) ? undefined : 'must be a name of 1 to 128 characters';

type Range = readonly [least: number, most: number, isWhole: boolean];

const RANGES: Readonly<Record<keyof CanaryThresholds, Range>> = {
  maxErrorPercent: [0, 100, false],
  maxP95Ms: [1, 600_000, false],
  windowSeconds: [5, 3600, true],
  minRequests: [1, 1_000_000_000, true],
};

const thresholds: Check = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  const given = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(RANGES, name));
  if (unknown !== undefined) return `has no member ${unknown}. Known are: ${Object.keys(RANGES).join(', ')}`;
  for (const [name, range] of Object.entries(RANGES)) {
    const isNeeded = name === 'windowSeconds' || name === 'minRequests';
    if (!(name in given) && !isNeeded) continue;
    const fault = outside(given[name], range);
    if (fault !== undefined) return `needs ${name}, ${fault}`;
  }
  const isLimited = 'maxErrorPercent' in given || 'maxP95Ms' in given;
  return isLimited ? undefined : 'needs maxErrorPercent or maxP95Ms';
};

function outside(value: unknown, [least, most, isWhole]: Range): string | undefined {
  const isFine = typeof value === 'number' && value >= least && value <= most;
  if (isFine && (!isWhole || Number.isInteger(value))) return undefined;
  return `${isWhole ? 'a whole number' : 'a number'} from ${least} to ${most}`;
}

export const canaryChecks: Readonly<Record<keyof CanaryOptions, Check>> = {
  stickyHeader: token,
  stickyCookie: token,
  autoAbort: thresholds,
  autoPromote: thresholds,
};

/** What no member can say by itself. */
export function requireCanaryOptions({ stickyHeader, stickyCookie }: CanaryOptions = {}): void {
  if (stickyHeader !== undefined && stickyCookie !== undefined)
    throw badRequest('canary can be sticky by a header or by a cookie, not by both');
}

/** What a scenario is: it does harm at some size, and tells what it saw against what is promised. */
import type { World } from './world';

/** `short` runs with every `npm test`; `medium` and `long` hold the bounds of time too. */
export type Size = 'short' | 'medium' | 'long';

export interface Scenario {
  /** The guarantee. */
  readonly name: string;
  readonly sizes: Readonly<Record<Size, number>>;
  run(stage: Stage): Promise<Finding[]>;
}

export interface Stage {
  readonly size: number;
  /** Are bounds of time held? A busy machine must not fail the short form. */
  readonly isStrict: boolean;
  readonly world: World;
  /** Seeded: from 0 up to 1. */
  readonly random: () => number;
}

export interface Finding {
  readonly what: string;
  readonly seen: string;
  /** Absent = told only. */
  readonly promised?: string;
  readonly isKept: boolean;
}

export const none = (what: string, found: readonly unknown[]): Finding => ({
  what,
  seen: found.length === 0 ? '0' : `${found.length}, e.g. ${JSON.stringify(found.slice(0, 3))}`,
  promised: '0',
  isKept: found.length === 0,
});

export const exactly = (what: string, seen: number | string, promised: number | string): Finding => ({
  what,
  seen: String(seen),
  promised: String(promised),
  isKept: seen === promised,
});

export const atLeast = (what: string, seen: number, bound: number): Finding => ({
  what,
  seen: rounded(seen),
  promised: `>= ${rounded(bound)}`,
  isKept: seen >= bound,
});

export const atMost = (what: string, seen: number, bound: number): Finding => ({
  what,
  seen: rounded(seen),
  promised: `<= ${rounded(bound)}`,
  isKept: seen <= bound,
});

export const told = (what: string, seen: number | string): Finding => ({
  what,
  seen: typeof seen === 'number' ? rounded(seen) : seen,
  isKept: true,
});

/** The value that a share of the values does not exceed; infinite where nothing was measured, so that no bound is kept by that. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Infinity;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;
}

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

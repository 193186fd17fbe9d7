/**
 * Carries what nodes have counted to whoever adds it up. A batch is told by its source, one life of one node, and its number:
 * whoever adds up takes only numbers beyond the last that it took, so that a batch may come twice, and a node sends what is not
 * yet acknowledged from the oldest on.
 */
import type { MeterRow } from '@gatehouse/engine';

export interface MeterBatch {
  /** Above 0, and higher from one to the next. */
  readonly sequence: number;
  readonly rows: readonly MeterRow[];
}

export interface MeterDelivery {
  readonly source: string;
  /** In order, from the oldest that is not acknowledged. */
  readonly batches: readonly MeterBatch[];
}

export interface MeterStore {
  /** Resolves when all of it is counted for good; rejects where that is not known, and then it is to be sent again. */
  deliver(delivery: MeterDelivery): Promise<void>;
}

/** Of the files in which batches wait; before it their source. */
export const ENDING = '.jsonl';

const NAMES = ['accountId', 'apiId', 'stage', 'route', 'usagePlanId', 'keyId'];
const COUNTS = ['minute', 'calls', 'admitted', 'bytesIn', 'bytesOut', 'cacheHits'];

/** Of what came over a wire; `undefined` = it is none. */
export function deliveryIn(value: unknown): MeterDelivery | undefined {
  const { source, batches } = (value ?? {}) as Partial<MeterDelivery>;
  if (typeof source !== 'string' || source.length > 512) return undefined;
  const read = allIn(batches, batchIn);
  return read && { source, batches: read };
}

export function batchIn(value: unknown): MeterBatch | undefined {
  const { sequence, rows } = (value ?? {}) as Partial<MeterBatch>;
  if (!isCount(sequence)) return undefined;
  const read = allIn(rows, rowIn);
  return read && { sequence, rows: read };
}

/** A node that does not know yet what is billed had each call in mind. */
function rowIn(value: unknown): MeterRow | undefined {
  const row = (value ?? {}) as MeterRow & Record<string, unknown>;
  const { calls, billed = calls } = row;
  const isWhole =
    NAMES.every((name) => typeof row[name] === 'string') && COUNTS.every((name) => isCount(row[name]));
  return isWhole && isCount(billed) ? { ...row, billed } : undefined;
}

/** All or none. */
function allIn<T>(values: unknown, read: (value: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(values)) return undefined;
  const all: T[] = [];
  for (const value of values) {
    const one = read(value);
    if (one === undefined) return undefined;
    all.push(one);
  }
  return all;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

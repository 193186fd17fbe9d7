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

/** Of what came over a wire. */
export function isDelivery(value: unknown): value is MeterDelivery {
  const { source, batches } = (value ?? {}) as Partial<MeterDelivery>;
  return (
    typeof source === 'string' && source.length <= 512 && Array.isArray(batches) && batches.every(isBatch)
  );
}

export function isBatch(value: unknown): value is MeterBatch {
  const { sequence, rows } = (value ?? {}) as Partial<MeterBatch>;
  return isCount(sequence) && Array.isArray(rows) && rows.every(isRow);
}

function isRow(value: unknown): value is MeterRow {
  const row = (value ?? {}) as Record<string, unknown>;
  return NAMES.every((name) => typeof row[name] === 'string') && COUNTS.every((name) => isCount(row[name]));
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

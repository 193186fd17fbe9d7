/** Patches of one entry in a map member, e.g. `/requestParameters/{name}`; an emptied map becomes absent again. */
import { notFound } from '../fault';
import type { PatchOperation } from './operation';
import type { PatchEntry } from './table';

export interface KeyedMember<T, V> {
  /** Path without the key, e.g. `/responseModels`. */
  readonly path: string;
  readonly member: keyof T & string;
  /** What `replace` and `remove` of an unknown key answer. */
  readonly unknown: string;
  readonly read: (operation: PatchOperation, key: string) => V;
}

type Holder = Record<string, Record<string, unknown> | undefined>;

export function keyedEntry<T extends object, V>(spec: KeyedMember<T, V>): PatchEntry<T> {
  return {
    path: `${spec.path}/{key}`,
    ops: ['add', 'replace', 'remove'],
    apply: (target, operation, key) => {
      const holder = target as Holder;
      const entries = new Map(Object.entries(holder[spec.member] ?? {}));
      if (operation.op !== 'add' && !entries.has(key)) throw notFound(spec.unknown);
      if (operation.op === 'remove') entries.delete(key);
      else entries.set(key, spec.read(operation, key));
      if (entries.size > 0) holder[spec.member] = Object.fromEntries(entries);
      else delete holder[spec.member];
    },
  };
}

/**
 * Patch tables: each object lists the paths it takes, the operations on each, and what they do. The table is the
 * documentation, and unknown paths and operations get AWS's messages.
 */
import { badRequest } from '../fault';
import { requirePaths, unescapeToken, type PatchOperation } from './operation';

/** `/name`, or `/requestParameters/{name}`: the last segment then is the key. */
export interface PatchEntry<T> {
  readonly path: string;
  readonly ops: readonly string[];
  /** `key` is the unescaped last segment of a `{name}` path, else ''. */
  readonly apply: (target: T, operation: PatchOperation, key: string) => void;
}

interface Found<T> {
  readonly entry: PatchEntry<T>;
  readonly key: string;
}

export function findEntry<T>(table: readonly PatchEntry<T>[], path: string): Found<T> | undefined {
  for (const entry of table) {
    const open = entry.path.indexOf('/{');
    if (open < 0) {
      if (entry.path === path) return { entry, key: '' };
      continue;
    }
    const prefix = entry.path.slice(0, open + 1);
    const rest = path.startsWith(prefix) ? path.slice(prefix.length) : '';
    if (rest !== '' && !rest.includes('/')) return { entry, key: unescapeToken(rest) };
  }
  return undefined;
}

/** Applies all operations to `target` in order. Throws `BadRequestException` on the first that is not allowed. */
export function applyPatch<T>(
  table: readonly PatchEntry<T>[],
  target: T,
  operations: readonly PatchOperation[],
): void {
  requirePaths(operations);
  for (const operation of operations) {
    const found = findEntry(table, operation.path);
    if (!found) throw badRequest(`Invalid patch path ${operation.path}`);
    if (!found.entry.ops.includes(operation.op)) {
      throw badRequest(`Invalid patch operation specified. Must be one of: [${found.entry.ops.join(', ')}]`);
    }
    found.entry.apply(target, operation, found.key);
  }
}

/** As `applyPatch`, for the objects whose refusals list the paths of the operation (two blanks are AWS's). */
export function applyListedPatch<T>(
  table: readonly PatchEntry<T>[],
  target: T,
  operations: readonly PatchOperation[],
): void {
  requirePaths(operations);
  for (const operation of operations) {
    const found = findEntry(table, operation.path);
    if (!found?.entry.ops.includes(operation.op)) throw notListed(table, operation);
    found.entry.apply(target, operation, found.key);
  }
}

/** Also for tables of another form. */
export function notListed(
  table: readonly { readonly path: string; readonly ops: readonly string[] }[],
  { op, path }: PatchOperation,
): Error {
  const paths = table.filter(({ ops }) => ops.includes(op)).map((entry) => entry.path);
  const choice =
    paths.length > 0 ? `Must be one of: [${paths.join(', ')}]` : 'Please choose supported operations';
  return badRequest(`Invalid patch path  '${path}' specified for op '${op}'. ${choice}`);
}

import { badRequest } from '../fault';

/**
 * JSON-patch as API Gateway v1 takes it: `op`, `path`, `value` (always text), `from`.
 * Source: Amazon API Gateway API reference, "PatchOperation".
 */
export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: string;
  readonly from?: string;
}

/** Refuses an operation without a path, in AWS's words. */
export function requirePaths(operations: readonly PatchOperation[]): void {
  if (operations.some((operation) => typeof (operation as Partial<PatchOperation>).path !== 'string')) {
    throw badRequest('Invalid patch path null');
  }
}

/** Splits a JSON pointer (RFC 6901) into unescaped tokens; `/a~1b/c` -> `['a/b', 'c']`. */
export function pointer(path: string): string[] {
  if (!path.startsWith('/')) return [path];
  return path.slice(1).split('/').map(unescapeToken);
}

export function unescapeToken(token: string): string {
  return token.replace(/~1/g, '/').replace(/~0/g, '~');
}

/** AWS reads booleans leniently: anything but `true` (any case) is false. */
export function patchBoolean(value: string | undefined): boolean {
  return (value ?? '').toLowerCase() === 'true';
}

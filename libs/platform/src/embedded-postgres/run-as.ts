/**
 * PostgreSQL refuses to run as root. As root we prefer a user namespace in which we are `nobody`: the files stay ours, so
 * folders that only root may enter still work. Where namespaces are forbidden (many containers), the process becomes
 * `nobody`, and its files must lie where `nobody` can reach them.
 */
import { spawnSync } from 'node:child_process';

const NOBODY = 65_534;

export interface RunAs {
  readonly kind: 'self' | 'namespace' | 'nobody';
  /** Turns a command into one that runs as this user. */
  wrap(
    command: string,
    args: readonly string[],
  ): { command: string; args: string[]; uid?: number; gid?: number };
}

export function chooseRunAs(isRoot = process.getuid?.() === 0): RunAs {
  if (!isRoot) return { kind: 'self', wrap: (command, args) => ({ command, args: [...args] }) };
  const map = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (spawnSync('unshare', [...map, 'true'], { stdio: 'ignore' }).status === 0) {
    return {
      kind: 'namespace',
      wrap: (command, args) => ({ command: 'unshare', args: [...map, command, ...args] }),
    };
  }
  return {
    kind: 'nobody',
    wrap: (command, args) => ({ command, args: [...args], uid: NOBODY, gid: NOBODY }),
  };
}

export { NOBODY };

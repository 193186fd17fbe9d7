/** The secrets that snapshots hold sealed for nodes, opened with the key that all nodes of an installation share. */
import type { Secrets } from '@gatehouse/engine';
import { Sealer } from './sealer';

/** A key that is not there yet opens nothing; it is looked for again with the next secret. */
export function nodeSecrets(keyFile: string): Secrets {
  let sealer: Sealer | undefined;
  return {
    open: (sealed, purpose) => {
      try {
        sealer ??= Sealer.read(keyFile);
        return sealer.open(sealed, purpose);
      } catch {
        return undefined;
      }
    },
  };
}

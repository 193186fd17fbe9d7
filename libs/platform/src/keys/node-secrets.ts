/** The key that all nodes of an installation share, and the secrets that snapshots hold sealed with it. */
import type { Secrets } from '@gatehouse/engine';
import { Sealer } from './sealer';

/** A key that is not there yet is looked for again with the next call. */
export function nodeSealer(keyFile: string): () => Sealer | undefined {
  let sealer: Sealer | undefined;
  return () => {
    try {
      return (sealer ??= Sealer.read(keyFile));
    } catch {
      return undefined;
    }
  };
}

/** Without the key nothing opens. */
export function nodeSecrets(keyFile: string): Secrets {
  const sealer = nodeSealer(keyFile);
  return {
    open: (sealed, purpose) => sealer()?.openIfSealed(sealed, purpose),
  };
}

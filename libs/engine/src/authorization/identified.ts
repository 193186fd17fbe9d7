/** Who calls, as far as an authorizer is asked about it. Headers that repeat on a connection say the same: they are read once. */
import type { Exchange } from '../exchange';
import type { IdentitySource } from './identity-source';

/** Values of each identity source. */
export type Identity = readonly (readonly string[])[];

export interface Identified {
  /** The one way of one authorizer to read it. */
  readonly by: Identify;
  readonly identity: Identity;
  /** What an answer about him is found by. */
  readonly key: string;
}

export type Identify = (x: Exchange) => Identified;

/** `keyOf` throws where nobody is to be asked about him. */
export function identifyBy(
  sources: readonly IdentitySource[],
  keyOf: (x: Exchange, identity: Identity) => string,
): Identify {
  const isOfHeaders = sources.every((source) => source.isOfHeaders);
  return function identify(x) {
    const known = x.fields.identified;
    if (known?.by === identify) return known;
    const identity = sources.map((source) => source.valuesOf(x));
    const made = { by: identify, identity, key: keyOf(x, identity) };
    if (isOfHeaders) x.fields.identified = made;
    return made;
  };
}

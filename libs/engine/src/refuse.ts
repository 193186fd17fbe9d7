/** A step that ends every request in the same error. */
import { GatewayError, type GatewayResponseKind } from './errors';
import type { Step } from './program';

export function refuse(kind: GatewayResponseKind, detail?: string): Step {
  return () => {
    throw new GatewayError(kind, detail);
  };
}

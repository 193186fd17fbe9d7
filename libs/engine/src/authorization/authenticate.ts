/** Learns who calls, writes it down in the exchange, and tells whether that caller's own policies let it pass. */
import type { Verdict } from '@gatehouse/standards';
import type { Exchange } from '../exchange';

/** Throws `GatewayError` where nobody is known: `UNAUTHORIZED` and its kin. */
export type Authenticate = (x: Exchange) => Verdict | Promise<Verdict>;

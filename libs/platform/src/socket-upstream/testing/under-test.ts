/** What the contract asks of an implementation of `Upstream`. */
import type { Upstream } from '@gatehouse/engine';
import type { UpstreamOptions } from '../../upstream';

export interface UpstreamUnderTest extends Upstream {
  readonly connections: number;
  close(): void;
}

export type MakeUpstream = (options: UpstreamOptions) => UpstreamUnderTest;

export function maker(make: MakeUpstream): (options?: Partial<UpstreamOptions>) => UpstreamUnderTest {
  return (options = {}) => make({ privateOrigins: 'loopback', ownAddresses: () => [], ...options });
}

export { SocketUpstream, type SocketUpstreamOptions } from './socket-upstream';
export { AddressPolicy, type AddressPolicyOptions } from './address-policy';

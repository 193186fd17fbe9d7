/** Opens the client core's sockets. Every address is checked after it is resolved, and exactly the checked ones are used. */
import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Connect, Origin } from '@gatehouse/http';
import type { AddressPolicy } from './address-policy';

/** No address of the origin may be called. */
export class BlockedAddressError extends Error {}

export interface GuardedOrigin extends Origin {
  readonly tlsInsecureSkipVerification: boolean;
}

export function originConnector(policy: AddressPolicy): Connect<GuardedOrigin> {
  return (origin, onread) => {
    const { hostname, port } = origin;
    const reason = isIP(hostname) === 0 ? undefined : policy.refusal(hostname, port);
    if (reason !== undefined) throw blocked(reason);
    const socket = open(origin, {
      host: hostname,
      port,
      lookup: guardedLookup(policy, port),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      // Half of a tunnel may end before the other.
      allowHalfOpen: true,
      onread: { buffer: onread.buffer, callback: (bytes, buffer) => onread.callback(bytes, buffer) },
    });
    return socket;
  };
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
  readonly allowHalfOpen: boolean;
  readonly onread: OnReadOpts;
}

function open(origin: GuardedOrigin, place: Place): Socket {
  if (origin.protocol === 'http:') return connectTcp(place);
  return connectTls({
    ...place,
    ...(isIP(origin.hostname) === 0 && { servername: origin.hostname }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: !origin.tlsInsecureSkipVerification,
  });
}

/** Names below `localhost` never leave this machine (RFC 6761 6.3); not every resolver knows that. */
const LOCAL: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function guardedLookup(policy: AddressPolicy, port: number): LookupFunction {
  return (hostname, options, callback) => {
    const choose = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]): void => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => policy.refusal(address, port) === undefined);
      const [first] = allowed;
      if (first === undefined) {
        const reason = policy.refusal(addresses[0]?.address ?? '', port) ?? 'no address';
        return callback(blocked(reason), '', 0);
      }
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    };
    if (hostname.endsWith('.localhost')) process.nextTick(choose, null, LOCAL);
    else resolveName(hostname, { all: true, order: 'ipv4first' }, choose);
  };
}

function blocked(reason: string): BlockedAddressError {
  return new BlockedAddressError(`the origin's address may not be called: ${reason}`);
}

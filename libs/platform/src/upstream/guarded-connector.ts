/** Opens sockets to one origin. Every address is checked after it is resolved, and exactly the checked ones are used. */
import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy';

/** No address of the origin may be called. */
export class BlockedAddressError extends Error {}

export interface ConnectTarget {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  readonly tlsInsecureSkipVerification: boolean;
}

/** What undici needs to get a socket; `onSocket` hears of each one before it is connected, so that it can be destroyed. */
export function guardedConnector(
  target: ConnectTarget,
  policy: AddressPolicy,
  onSocket: (socket: Socket) => void,
): buildConnector.connector {
  return (_options, callback) => {
    const reason = isIP(target.hostname) === 0 ? undefined : policy.refusal(target.hostname, target.port);
    if (reason !== undefined) {
      process.nextTick(() => callback(blocked(reason), null));
      return;
    }
    const socket = open(target, guardedLookup(policy, target.port));
    onSocket(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    let isSettled = false;
    const settle = (error: Error | undefined): void => {
      if (isSettled) return;
      isSettled = true;
      if (error === undefined) callback(null, socket);
      else callback(error, null);
    };
    socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => settle(undefined));
    socket.on('error', settle);
    socket.on('close', () => settle(new Error('closed while connecting')));
  };
}

function open(target: ConnectTarget, lookup: LookupFunction): Socket {
  const { hostname, port } = target;
  const place = { host: hostname, port, lookup, highWaterMark: 64 * 1024 };
  if (target.protocol === 'http:') return connectTcp(place);
  return connectTls({
    ...place,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: !target.tlsInsecureSkipVerification,
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
      if (first === undefined) return callback(blocked(reasonFor(addresses, policy, port)), '', 0);
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    };
    if (hostname.endsWith('.localhost')) process.nextTick(choose, null, LOCAL);
    else resolveName(hostname, { all: true, order: 'ipv4first' }, choose);
  };
}

function reasonFor(addresses: readonly LookupAddress[], policy: AddressPolicy, port: number): string {
  return policy.refusal(addresses[0]?.address ?? '', port) ?? 'no address';
}

function blocked(reason: string): BlockedAddressError {
  return new BlockedAddressError(`the origin's address may not be called: ${reason}`);
}

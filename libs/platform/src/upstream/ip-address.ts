/** IP addresses as numbers. IPv6 forms that carry an IPv4 address are read as that address, so no spelling hides it. */
import { isIP } from 'node:net';

export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface IpBlock extends IpAddress {
  readonly prefixBits: number;
}

/** `undefined` for anything that is no address. A zone (`%eth0`) is ignored. */
export function parseIp(text: string): IpAddress | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  switch (isIP(bare)) {
    case 4:
      return { family: 4, value: valueOfIpv4(bare) };
    case 6:
      return unwrap(valueOfIpv6(bare));
    default:
      return undefined;
  }
}

/** `10.0.0.0/8`, `fc00::/7`. */
export function parseIpBlock(text: string): IpBlock {
  const [base = '', length = ''] = text.split('/');
  const family = isIP(base);
  const prefixBits = Number(length);
  if (family === 0 || length === '' || !(prefixBits >= 0 && prefixBits <= (family === 4 ? 32 : 128))) {
    throw new Error(`${text} is no CIDR block`);
  }
  return family === 4
    ? { family: 4, value: valueOfIpv4(base), prefixBits }
    : { family: 6, value: valueOfIpv6(base), prefixBits };
}

export function isWithin(address: IpAddress, block: IpBlock): boolean {
  if (address.family !== block.family) return false;
  const hostBits = BigInt((block.family === 4 ? 32 : 128) - block.prefixBits);
  return address.value >> hostBits === block.value >> hostBits;
}

export function isSameAddress(a: IpAddress, b: IpAddress): boolean {
  return a.family === b.family && a.value === b.value;
}

function valueOfIpv4(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function valueOfIpv6(text: string): bigint {
  const dotted = /[0-9]+(?:\.[0-9]+){3}$/.exec(text)?.[0];
  const plain = dotted === undefined ? text : text.slice(0, -dotted.length) + groupsOf(valueOfIpv4(dotted));
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(ipv4: bigint): string {
  return `${(ipv4 >> 16n).toString(16)}:${(ipv4 & 0xffffn).toString(16)}`;
}

/** Upper 96 bits of the forms whose lower 32 bits are an IPv4 address. */
const CARRIERS = new Set([
  0n, // ::a.b.c.d, RFC 4291 2.5.5.1
  0xffffn, // ::ffff:a.b.c.d, v4-mapped
  0xffff_0000n, // ::ffff:0:a.b.c.d, RFC 2765
  0x64_ff9bn << 64n, // 64:ff9b::a.b.c.d, NAT64
]);
const LOW_32 = 0xffff_ffffn;

function unwrap(value: bigint): IpAddress {
  if (value >> 112n === 0x2002n) return { family: 4, value: (value >> 80n) & LOW_32 };
  const isCarrier = CARRIERS.has(value >> 32n) && value > 1n;
  return isCarrier ? { family: 4, value: value & LOW_32 } : { family: 6, value };
}

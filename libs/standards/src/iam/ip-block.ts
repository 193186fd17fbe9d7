/** CIDR blocks of IPv4 and IPv6 (RFC 4632, RFC 4291) for `IpAddress` conditions. */
export interface IpBlock {
  readonly base: IpAddress;
  readonly prefixBits: number;
}

interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** An address alone is a block of one; `undefined` = neither. */
export function parseBlock(text: string): IpBlock | undefined {
  const [address = '', prefix, more] = text.split('/');
  const base = parseAddress(address);
  if (base === undefined || more !== undefined) return undefined;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const prefixBits = prefix === undefined ? base.bits : Number(prefix);
  return prefixBits > base.bits ? undefined : { base, prefixBits };
}

/** An IPv4 address inside an IPv6 one counts as what it is. */
export function inBlock(text: string, { base, prefixBits }: IpBlock): boolean {
  const address = parseAddress(text);
  if (address?.bits !== base.bits) return false;
  const hostBits = BigInt(base.bits - prefixBits);
  return address.value >> hostBits === base.value >> hostBits;
}

function parseAddress(text: string): IpAddress | undefined {
  const ipv4 = ipv4Of(text);
  if (ipv4 !== undefined) return { bits: 32, value: ipv4 };
  const ipv6 = ipv6Of(text);
  if (ipv6 === undefined) return undefined;
  return ipv6 >> 32n === 0xffffn ? { bits: 32, value: ipv6 & 0xffff_ffffn } : { bits: 128, value: ipv6 };
}

function ipv4Of(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6Of(text: string): bigint | undefined {
  const groups = withoutDots(text);
  const halves = groups?.split('::');
  if (groups === undefined || halves === undefined || halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** A dotted end as two groups. */
function withoutDots(text: string): string | undefined {
  const at = text.lastIndexOf(':') + 1;
  const tail = text.slice(at);
  if (at === 0 || !tail.includes('.')) return text;
  const value = ipv4Of(tail);
  if (value === undefined) return undefined;
  return `${text.slice(0, at)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

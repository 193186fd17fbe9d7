/** CIDR blocks of IPv4 and IPv6 (RFC 4632, RFC 4291) for `IpAddress` conditions. */
export interface IpBlock {
  readonly base: Groups;
  readonly prefixBits: number;
}

/** 16 bits each: two for IPv4, eight for IPv6. */
type Groups = readonly number[];

/** IPv4 inside IPv6 starts so: `::ffff:1.2.3.4`. */
const MAPPED = [0, 0, 0, 0, 0, 0xffff];
const MAPPED_BITS = 96;

/** An address alone is a block of one; bits after the prefix are passed over. `undefined` = neither. */
export function parseBlock(text: string): IpBlock | undefined {
  const [address = '', prefix, more] = text.split('/');
  const base = groupsOf(address);
  if (base === undefined || more !== undefined) return undefined;
  if (prefix !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  const bits = base.length * 16;
  const prefixBits = prefix === undefined ? bits : Number(prefix);
  if (prefixBits > bits) return undefined;
  const isInsideMapped = prefixBits >= MAPPED_BITS && isMapped(base);
  return isInsideMapped
    ? { base: base.slice(MAPPED.length), prefixBits: prefixBits - MAPPED_BITS }
    : { base, prefixBits };
}

/** An IPv4 address inside an IPv6 one counts as what it is: dual-stack sockets name their IPv4 peers so. */
export function inBlock(text: string, { base, prefixBits }: IpBlock): boolean {
  const whole = groupsOf(text);
  const address = whole !== undefined && isMapped(whole) ? whole.slice(MAPPED.length) : whole;
  if (address?.length !== base.length) return false;
  return base.every((group, i) => {
    const bits = Math.min(Math.max(prefixBits - 16 * i, 0), 16);
    return ((group ^ (address[i] ?? 0)) & 0xffff) >> (16 - bits) === 0;
  });
}

function isMapped(groups: Groups): boolean {
  return groups.length === 8 && MAPPED.every((group, i) => groups[i] === group);
}

function groupsOf(text: string): Groups | undefined {
  return text.includes(':') ? ipv6Of(text) : ipv4Of(text);
}

/** No leading zeros: some read them as octal. */
function ipv4Of(text: string): Groups | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return [(a << 8) | b, (c << 8) | d];
}

function ipv6Of(text: string): Groups | undefined {
  const halves = withoutDots(text)?.split('::');
  if (halves === undefined || halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.map((group) => parseInt(group, 16))
    : undefined;
}

/** A dotted end as two groups. */
function withoutDots(text: string): string | undefined {
  const at = text.lastIndexOf(':') + 1;
  const tail = text.slice(at);
  if (!tail.includes('.')) return text;
  const groups = ipv4Of(tail)?.map((group) => group.toString(16));
  return groups && text.slice(0, at) + groups.join(':');
}

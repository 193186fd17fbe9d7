/**
 * Which addresses integrations may call (SSRF). Asked about the resolved address, just before the connection is made, so
 * neither a spelling nor a second DNS answer gets around it.
 */
import { networkInterfaces } from 'node:os';
import type { Address, Config } from '../config/config';
import { isSameAddress, isWithin, parseIp, parseIpBlock, type IpAddress, type IpBlock } from './ip-address';

/** Never callable, whatever the settings say: link-local with the cloud metadata services, "this host", multicast. */
const NEVER = blocks(
  '0.0.0.0/8 169.254.0.0/16 100.100.100.200/32 168.63.129.16/32 224.0.0.0/4 240.0.0.0/4 ' +
    '::/128 fe80::/10 fd00:ec2::/32 ff00::/8',
);
const LOOPBACK = blocks('127.0.0.0/8 ::1/128');
/** Not globally reachable (IANA special-purpose registries); Teredo and local NAT64 hide an IPv4 address of any kind. */
const PRIVATE = blocks(
  '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 192.0.0.0/24 198.18.0.0/15 ' +
    'fc00::/7 fec0::/10 64:ff9b:1::/48 2001::/32 100::/64',
);

export interface AddressPolicyOptions {
  readonly privateOrigins: Config['privateOrigins'];
  /** The platform's own listeners; asked at each connection, since some addresses are known late. */
  readonly ownAddresses: () => Iterable<Address>;
}

export class AddressPolicy {
  private readonly allowed: readonly IpBlock[];

  constructor(private readonly options: AddressPolicyOptions) {
    this.allowed = allowedBlocks(options.privateOrigins);
  }

  /** Why `address` may not be called; nothing when it may. */
  refusal(address: string, port: number): string | undefined {
    const ip = parseIp(address);
    if (ip === undefined) return 'not an IP address';
    if (isIn(ip, NEVER)) return 'a reserved address';
    if (this.isOwn(ip, port)) return "one of the gateway's own listeners";
    if (!isIn(ip, LOOPBACK) && !isIn(ip, PRIVATE)) return undefined;
    return isIn(ip, this.allowed)
      ? undefined
      : 'a private address that GATEHOUSE_PRIVATE_ORIGINS does not allow';
  }

  private isOwn(ip: IpAddress, port: number): boolean {
    for (const own of this.options.ownAddresses()) {
      if (own.port === port && isBoundTo(own.host, ip)) return true;
    }
    return false;
  }
}

function allowedBlocks(setting: Config['privateOrigins']): readonly IpBlock[] {
  switch (setting) {
    case 'none':
      return [];
    case 'loopback':
      return LOOPBACK;
    case 'private':
      return [...LOOPBACK, ...PRIVATE];
    default:
      return setting.map(parseIpBlock);
  }
}

/** Does a listener on `host` answer at `ip`? A wildcard, or a name we cannot tell, stands for every address of this machine. */
function isBoundTo(host: string, ip: IpAddress): boolean {
  const bound = parseIp(host);
  if (bound !== undefined && bound.value !== 0n) return isSameAddress(bound, ip);
  if (isIn(ip, LOOPBACK)) return true;
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ address }) => {
      const local = parseIp(address);
      return local !== undefined && isSameAddress(local, ip);
    });
}

function isIn(ip: IpAddress, list: readonly IpBlock[]): boolean {
  return list.some((block) => isWithin(ip, block));
}

function blocks(list: string): readonly IpBlock[] {
  return list.split(' ').map(parseIpBlock);
}

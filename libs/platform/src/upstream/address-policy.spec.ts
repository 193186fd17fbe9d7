import fc from 'fast-check';
import type { Config } from '../config/config';
import { AddressPolicy } from './address-policy';
import { parseIp } from './ip-address';

const policy = (
  privateOrigins: Config['privateOrigins'],
  own: { host: string; port: number }[] = [],
): AddressPolicy => new AddressPolicy({ privateOrigins, ownAddresses: () => own });
const isRefused = (rules: AddressPolicy, address: string, port = 80): boolean =>
  rules.refusal(address, port) !== undefined;

const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::a9fe:a9fe%eth0',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::ffff:0:169.254.169.254',
  '::169.254.169.254',
  '64:ff9b::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::',
  '2002:a9fe:a9fe:1::7',
  '0.0.0.0',
  '0.1.2.3',
  '::',
  '::ffff:0.0.0.0',
  '224.0.0.1',
  '239.255.255.250',
  'ff02::1',
  '255.255.255.255',
];
const LOOPBACK = [
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
];
const PRIVATE = [
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  'fc00::1',
  'fd12:3456::1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  '2002:c0a8:101::',
  '64:ff9b:1::a00:1',
  '2001:0:a00:1::1',
];
const PUBLIC = [
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '169.253.0.1',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '::ffff:8.8.8.8',
];

describe('addresses that integrations may call', () => {
  it.each(METADATA)('%s is refused whatever is allowed', (address) => {
    for (const setting of ['none', 'loopback', 'private', ['0.0.0.0/0', '::/0']] as const) {
      expect(isRefused(policy(setting), address)).toBe(true);
    }
  });

  it.each(LOOPBACK)('%s is loopback', (address) => {
    expect(isRefused(policy('none'), address)).toBe(true);
    expect(isRefused(policy('loopback'), address)).toBe(false);
    expect(isRefused(policy('private'), address)).toBe(false);
    expect(isRefused(policy(['10.0.0.0/8']), address)).toBe(true);
  });

  it.each(PRIVATE)('%s is private', (address) => {
    expect(isRefused(policy('none'), address)).toBe(true);
    expect(isRefused(policy('loopback'), address)).toBe(true);
    expect(isRefused(policy('private'), address)).toBe(false);
  });

  it.each(PUBLIC)('%s is public', (address) => {
    expect(isRefused(policy('none'), address)).toBe(false);
  });

  it('allows the listed blocks and no more', () => {
    const rules = policy(['10.1.0.0/16', 'fd00::/8', '127.0.0.9/32']);
    expect(
      ['10.1.2.3', 'fd01::1', '127.0.0.9', '::ffff:10.1.2.3'].filter((ip) => isRefused(rules, ip)),
    ).toEqual([]);
    expect(['10.2.0.1', 'fc00::1', '127.0.0.1', '192.168.0.1'].filter((ip) => !isRefused(rules, ip))).toEqual(
      [],
    );
  });

  it('refuses what is no address', () => {
    expect(
      ['', 'localhost', '1.2.3', '::g', '0x7f.1'].filter((ip) => !isRefused(policy('private'), ip)),
    ).toEqual([]);
  });

  it('reads every wrapping of an IPv4 address as that address', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        octet,
        octet,
        octet,
        octet,
        fc.constantFrom('none', 'loopback', 'private'),
        (a, b, c, d, setting) => {
          const dotted = `${a}.${b}.${c}.${d}`;
          const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
          const rules = policy(setting);
          const expected = isRefused(rules, dotted);
          for (const wrapped of [
            `::ffff:${dotted}`,
            `::ffff:${hex}`,
            `64:ff9b::${hex}`,
            `64:ff9b::${dotted}`,
            `2002:${hex}::`,
          ]) {
            expect([wrapped, isRefused(rules, wrapped)]).toEqual([wrapped, expected]);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reads IPv6 as the URL parser writes it', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((value) => value.toString(16)).join(':');
        const short = new URL(`http://[${long}]/`).hostname.slice(1, -1);
        expect(parseIp(short)).toEqual(parseIp(long));
      }),
    );
  });
});

describe('own listeners', () => {
  const own = [
    { host: '127.0.0.1', port: 4566 },
    { host: '0.0.0.0', port: 8090 },
    { host: 'localhost', port: 5432 },
  ];
  const rules = policy('private', own);

  it.each([
    ['127.0.0.1', 4566],
    ['::ffff:127.0.0.1', 4566],
    ['64:ff9b::7f00:1', 4566],
    ['127.0.0.1', 8090],
    ['127.0.0.53', 8090],
    ['::1', 8090],
    ['127.0.0.1', 5432],
    ['::1', 5432],
  ])('%s port %d is one', (address, port) => {
    expect(rules.refusal(address, port)).toContain('own listeners');
  });

  it.each([
    ['127.0.0.1', 4567],
    ['127.0.0.2', 4566],
    ['10.9.8.7', 8090],
  ])('%s port %d is none', (address, port) => {
    expect(rules.refusal(address, port)).toBeUndefined();
  });

  it('is asked anew at each connection', () => {
    const late: { host: string; port: number }[] = [];
    const asked = policy('loopback', late);
    expect(isRefused(asked, '127.0.0.1', 5432)).toBe(false);
    late.push({ host: '127.0.0.1', port: 5432 });
    expect(isRefused(asked, '127.0.0.1', 5432)).toBe(true);
  });
});

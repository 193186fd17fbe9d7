/** The guard where it counts: on the wire. A listener on all addresses of this machine sees no connection at all. */
import dns from 'node:dns';
import type { Config } from '../config/config';
import { startRawOrigin, type RawOrigin } from '@gatehouse/http/testing';
import { faultOf, requestTo, textOf, upstream } from './testing/requests';

let inside: RawOrigin;
beforeAll(async () => {
  inside = await startRawOrigin(
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    '::',
  );
});
afterAll(() => inside.stop());
afterEach(() => jest.restoreAllMocks());

const SPELLINGS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '0x7f.1',
  '0x7f000001',
  '0x7f.0x0.0x0.0x1',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '127.0.0.1.',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'admin.localhost',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '0.0.0.0',
  '0',
  '::',
  '169.254.169.254',
  '::ffff:169.254.169.254',
  'fe80::1',
  'fd00:ec2::254',
  '100.100.100.200',
  '168.63.129.16',
  '10.0.0.1',
  '192.168.0.1',
  '224.0.0.1',
];

it.each(SPELLINGS)('calls nobody at %s', async (hostname) => {
  const guarded = upstream({ privateOrigins: 'none' });
  const before = inside.accepted;
  const fault = await faultOf(guarded.send(requestTo(inside.port, { hostname, timeoutMs: 2000 })));
  // What the resolver cannot read as an address has none.
  expect(['blocked', 'unresolved']).toContain(fault);
  expect(inside.accepted).toBe(before);
  guarded.close();
});

it('lets the metadata services be called under no setting', async () => {
  for (const privateOrigins of ['private', ['0.0.0.0/0']] as Config['privateOrigins'][]) {
    const guarded = upstream({ privateOrigins });
    expect(await faultOf(guarded.send(requestTo(80, { hostname: '169.254.169.254' })))).toBe('blocked');
    guarded.close();
  }
});

it('checks the address that is used, not one that was resolved before', async () => {
  const answers = [[{ address: '203.0.113.1', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
  let asked = 0;
  jest.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    _options: object,
    done: (...a: unknown[]) => void,
  ) => {
    process.nextTick(done, null, answers[Math.min(asked++, 1)]);
  }) as never);
  const guarded = upstream({ privateOrigins: 'none' });
  await faultOf(guarded.send(requestTo(inside.port, { hostname: 'rebind.test', timeoutMs: 50 })));
  for (let i = 0; i < 100; i++) {
    expect(await faultOf(guarded.send(requestTo(inside.port, { hostname: 'rebind.test' })))).toBe('blocked');
  }
  expect(inside.accepted).toBe(0);
  guarded.close();
});

it('uses the allowed ones of several addresses', async () => {
  jest.spyOn(dns, 'lookup').mockImplementation(((
    _name: string,
    _options: object,
    done: (...a: unknown[]) => void,
  ) => {
    process.nextTick(done, null, [
      { address: '169.254.169.254', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  }) as never);
  const guarded = upstream();
  const reply = await guarded.send(requestTo(inside.port, { hostname: 'both.test' }));
  expect(await textOf(reply.body)).toBe('ok');
  guarded.close();
});

it('keeps integrations off the own listeners, and lets them at their neighbours', async () => {
  const guarded = upstream({ ownAddresses: () => [{ host: '127.0.0.1', port: inside.port }] });
  const before = inside.accepted;
  for (const hostname of ['127.0.0.1', '2130706433', '::ffff:127.0.0.1']) {
    expect(await faultOf(guarded.send(requestTo(inside.port, { hostname })))).toBe('blocked');
  }
  expect(inside.accepted).toBe(before);
  const free = upstream({ ownAddresses: () => [{ host: '127.0.0.1', port: inside.port + 1 }] });
  expect((await free.send(requestTo(inside.port))).status).toBe(200);
  guarded.close();
  free.close();
});

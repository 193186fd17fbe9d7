import { systemRandom } from './random-and-clock';

/** More than the pool gives at once, so that it is filled anew on the way. */
const DRAWS = 2000;
/** Any digit, or one of four. */
const VARIETY: Record<string, number> = { s: 16, v: 4 };

describe('the random numbers of a node', () => {
  it('are as long as they are asked for, and in small letters', () => {
    const random = systemRandom();
    for (const bytes of [1, 8, 12, 8191, 8192, 8193]) {
      expect(random.hex(bytes)).toMatch(/^[0-9a-f]*$/);
      expect(random.hex(bytes)).toHaveLength(bytes * 2);
    }
  });

  it('make random uuids, of version and variant', () => {
    const random = systemRandom();
    const uuids = Array.from({ length: DRAWS }, () => random.uuid());
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(DRAWS);
    // Whatever may vary does.
    const seen = Array.from({ length: 36 }, (_, at) => new Set(uuids.map((uuid) => uuid[at])).size);
    expect(seen).toEqual([...'ssssssss-ssss-4sss-vsss-ssssssssssss'].map((kind) => VARIETY[kind] ?? 1));
  });

  it('make extended ids of 11 bytes, all of which vary', () => {
    const random = systemRandom();
    const ids = Array.from({ length: DRAWS }, () => random.extendedId());
    for (const id of ids) expect(Buffer.from(id, 'base64url').toString('base64')).toHaveLength(16);
    for (const id of ids) expect(`${Buffer.from(id, 'base64url').toString('base64url')}=`).toBe(id);
    const bytes = ids.map((id) => Buffer.from(id, 'base64url'));
    for (let at = 0; at < 11; at++) expect(new Set(bytes.map((one) => one[at])).size).toBeGreaterThan(250);
  });

  it('never come twice, whichever form they have', () => {
    const random = systemRandom();
    const seen = new Set<string>();
    for (let i = 0; i < DRAWS; i++) {
      seen.add(random.hex(11));
      seen.add(random.extendedId());
    }
    expect(seen.size).toBe(DRAWS * 2);
  });

  it('use every byte value', () => {
    const bytes = Buffer.from(systemRandom().hex(8192), 'hex');
    expect(new Set(bytes).size).toBe(256);
  });
});

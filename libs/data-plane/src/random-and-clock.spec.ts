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
      expect(Buffer.from(random.base64url(bytes), 'base64url')).toHaveLength(bytes);
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

  it('never come twice, whichever form they have', () => {
    const random = systemRandom();
    const seen = new Set<string>();
    for (let i = 0; i < DRAWS; i++) {
      seen.add(random.hex(11));
      seen.add(Buffer.from(random.base64url(11), 'base64url').toString('hex'));
    }
    expect(seen.size).toBe(DRAWS * 2);
  });

  it('use every byte value', () => {
    const bytes = Buffer.from(systemRandom().hex(8192), 'hex');
    expect(new Set(bytes).size).toBe(256);
  });
});

import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import {
  canonicalJson,
  decodePart,
  encodePart,
  openManifest,
  requireNewer,
  sealManifest,
  SnapshotRefused,
} from '.';
import type { Manifest, ManifestEntry, Snapshot } from '.';

const snapshot: Snapshot = {
  schema: 1,
  requires: [],
  accountId: '000000000000',
  region: 'us-east-1',
  apiId: 'abc1234567',
  apiName: 'pets',
  kind: 'REST',
  stage: 'dev',
  deploymentId: 'dep123',
  stageVariables: { b: '2', a: '1' },
  disableExecuteApiEndpoint: false,
  binaryMediaTypes: [],
  routes: [],
};
const manifest: Manifest = { schema: 1, revision: 7, issuedAt: 1, entries: [] };
const keys = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof SnapshotRefused ? error.reason : `wrong error ${String(error)}`;
  }
  return 'accepted';
};

describe('part', () => {
  it('reads back what was written', () => {
    expect(decodePart(encodePart(snapshot))).toEqual(snapshot);
  });

  it('gives equal documents equal hashes whatever the order of members', () => {
    const reordered = { ...snapshot, stageVariables: { a: '1', b: '2' } };
    expect(encodePart(reordered).hash).toBe(encodePart(snapshot).hash);
  });

  it('refuses a part with any one byte changed', () => {
    const part = encodePart(snapshot);
    fc.assert(
      fc.property(fc.nat(part.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Uint8Array.from(part.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(refusal(() => decodePart({ hash: part.hash, bytes }))).toBe('corrupt');
      }),
    );
  });

  it('refuses a schema that this build does not read', () => {
    expect(refusal(() => decodePart(encodePart({ ...snapshot, schema: 2 as 1 })))).toBe('unsupported');
  });

  it('keeps a __proto__ key as data', () => {
    const text = canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":1}}'));
    expect(text).toBe('{"__proto__":{"x":1},"b":1}');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('manifest', () => {
  it('opens with the key it was sealed with, or with any of several', () => {
    const sealed = sealManifest(manifest, keys.privateKey);
    expect(openManifest(sealed, [other.publicKey, keys.publicKey])).toEqual(manifest);
  });

  it('refuses a manifest sealed with another key', () => {
    expect(refusal(() => openManifest(sealManifest(manifest, other.privateKey), [keys.publicKey]))).toBe(
      'forged',
    );
  });

  it.each([1e300, -1, 1.5, '7', null, undefined])(
    'refuses a revision that no later one could follow: %p',
    (revision) => {
      const odd = { ...manifest, revision } as Manifest;
      expect(refusal(() => openManifest(sealManifest(odd, keys.privateKey), [keys.publicKey]))).toBe(
        'corrupt',
      );
    },
  );

  it('refuses a manifest whose revision was edited', () => {
    const sealed = Buffer.from(sealManifest(manifest, keys.privateKey))
      .toString()
      .replace('\\"revision\\":7', '\\"revision\\":8');
    expect(refusal(() => openManifest(Buffer.from(sealed), [keys.publicKey]))).toBe('forged');
  });

  it.each(['', '{}', 'null', '[]', '{"payload":1}', '\u0000'])('refuses %j as corrupt', (text) => {
    expect(refusal(() => openManifest(Buffer.from(text), [keys.publicKey]))).toBe('corrupt');
  });

  it('refuses an older revision and takes an equal or newer one', () => {
    expect(refusal(() => requireNewer(manifest, 8))).toBe('older');
    expect(refusal(() => requireNewer(manifest, 7))).toBe('accepted');
    expect(refusal(() => requireNewer(manifest, 6))).toBe('accepted');
  });
});

describe('entries of a manifest', () => {
  const entry: ManifestEntry = { accountId: '0', apiId: 'a', stage: 's', hash: 'f'.repeat(64), revision: 1 };
  const opened = (entries: unknown): string =>
    refusal(() =>
      openManifest(sealManifest({ ...manifest, entries } as Manifest, keys.privateKey), [keys.publicKey]),
    );

  it('are taken as they should be', () => expect(opened([entry])).toBe('accepted'));

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'x'],
    ['a short hash', { ...entry, hash: 'f' }],
    ['a hash in capitals', { ...entry, hash: 'F'.repeat(64) }],
    ['a list as hash', { ...entry, hash: [entry.hash] }],
    ['no API', { ...entry, apiId: undefined }],
    ['a number as stage', { ...entry, stage: 1 }],
    ['an account that is an object', { ...entry, accountId: {} }],
    ['a revision that is none', { ...entry, revision: 1.5 }],
  ])('are refused though signed: %s', (_name, bad) => expect(opened([entry, bad])).toBe('corrupt'));
});

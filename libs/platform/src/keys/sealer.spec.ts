import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Sealer } from './sealer';

describe('sealed secrets', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-sealer-'));
  const file = join(dir, 'master-key');
  const sealer = Sealer.loadOrCreate(file);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('open to what was sealed, for any text and purpose', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, purpose) => {
        expect(sealer.open(sealer.seal(secret, purpose), purpose)).toBe(secret);
      }),
    );
  });

  it('do not hold the secret in the open', () => {
    expect(sealer.seal('very-secret-text', 'p')).not.toContain('very-secret');
  });

  it('do not open for another purpose, after a change, or under another key', () => {
    const sealed = sealer.seal('secret', 'credential/A');
    expect(() => sealer.open(sealed, 'credential/B')).toThrow();
    const flipped = sealed.slice(0, -1) + (sealed.endsWith('A') ? 'B' : 'A');
    expect(() => sealer.open(flipped, 'credential/A')).toThrow();
    const [version, iv, tag = '', text] = sealed.split('.');
    const cut = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
    expect(() => sealer.open([version, iv, cut, text].join('.'), 'credential/A')).toThrow();
    const other = Sealer.loadOrCreate(join(dir, 'other-key'));
    expect(() => other.open(sealed, 'credential/A')).toThrow();
    expect(() => sealer.open('plain text', 'credential/A')).toThrow('not a sealed secret');
  });

  it('come from a key file that only the owner reads and that is used again', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Sealer.loadOrCreate(file).open(sealer.seal('s', 'p'), 'p')).toBe('s');
    expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('can be looked up by a fingerprint, which another purpose and another key do not share', () => {
    const fingerprint = sealer.fingerprint('secret', 'p');
    expect(sealer.fingerprint('secret', 'p')).toBe(fingerprint);
    const other = Sealer.loadOrCreate(join(dir, 'other-key'));
    const others = [
      sealer.fingerprint('secret', 'q'),
      sealer.fingerprint('secreT', 'p'),
      other.fingerprint('secret', 'p'),
    ];
    expect(new Set([fingerprint, ...others]).size).toBe(4);
  });

  it('are read by nodes only where there is a key', () => {
    expect(() => Sealer.read(join(dir, 'none'))).toThrow('ENOENT');
    expect(Sealer.read(file).open(sealer.seal('s', 'p'), 'p')).toBe('s');
  });

  it('refuse a key file of another form', () => {
    const bad = join(dir, 'bad-key');
    writeFileSync(bad, 'short');
    expect(() => Sealer.loadOrCreate(bad)).toThrow('must hold 64 hex digits');
  });
});

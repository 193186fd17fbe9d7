import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeSecrets } from './node-secrets';
import { Sealer } from './sealer';

describe('the secrets of nodes', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-node-secrets-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('open with the shared key for their purpose, and stay shut without a word otherwise', () => {
    const sealed = Sealer.loadOrCreate(join(dir, 'key')).seal('secret', 'access-key/A');
    const secrets = nodeSecrets(join(dir, 'key'));
    expect(secrets.open(sealed, 'access-key/A')).toBe('secret');
    expect(secrets.open(sealed, 'access-key/B')).toBeUndefined();
    expect(secrets.open('no sealed text', 'access-key/A')).toBeUndefined();
  });

  it('open as soon as there is a key', () => {
    const file = join(dir, 'later');
    const secrets = nodeSecrets(file);
    expect(secrets.open('v1.a.b.c', 'p')).toBeUndefined();
    const sealed = Sealer.loadOrCreate(file).seal('secret', 'p');
    expect(secrets.open(sealed, 'p')).toBe('secret');
  });
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateServiceKey } from './service-key';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is made once, for its owner alone, and stays', () => {
  const file = join(folder, 'service-key');
  const key = loadOrCreateServiceKey(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loadOrCreateServiceKey(file)).toEqual(key);
  expect(loadOrCreateServiceKey(join(folder, 'other-key'))).not.toEqual(key);
});

it('is no other than the file says, and a file without one is a fault of the setting', () => {
  const file = join(folder, 'empty');
  writeFileSync(file, '[default]\naws_access_key_id = AKIA\n');
  expect(() => loadOrCreateServiceKey(file)).toThrow(
    'GATEHOUSE_FUNCTIONS_SERVICE_KEY_FILE: the default profile',
  );
});

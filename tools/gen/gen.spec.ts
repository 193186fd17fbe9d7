import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('npm run gen', () => {
  it('leaves no diff: generated tables and docs/reference/operations.md are current', () => {
    const run = spawnSync(
      process.execPath,
      ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(__dirname, 'index.mjs'), '--check'],
      { encoding: 'utf8' },
    );
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('npm run gen', () => {
  it('leaves no diff: generated tables and docs/reference/operations.md are current', () => {
    const run = spawnSync(process.execPath, [join(__dirname, 'index.mjs'), '--check'], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

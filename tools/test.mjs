// The whole check of a change: lock file, types, lint, then every Jest project. Ends with `N passed, N failed`.
// A step that is no Jest test counts as one. What needs a Redis says so loudly where there is none.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const count = { passed: 0, failed: 0 };
const missing = [];

function run(args, options = {}) {
  const started = Date.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', ...options });
  console.log(`-- ${((Date.now() - started) / 1000).toFixed(1)} s: ${options.name ?? args.join(' ')}`);
  return status === 0;
}

function step(name, args) {
  const ok = run(args, { name });
  count[ok ? 'passed' : 'failed']++;
  if (!ok) console.log(`FAILED: ${name}`);
}

function jest() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const report = join(folder, 'report.json');
  const args = [
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${report}`,
    '--maxWorkers=2',
    '--forceExit',
  ];
  const ok = run([...args, ...process.argv.slice(2)], {
    name: 'jest',
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    count.passed += numPassedTests;
    count.failed += numFailedTests + numRuntimeErrorTestSuites;
    if (numPendingTests > 0)
      missing.push(`${numPendingTests} tests were skipped (no redis-server on the PATH?)`);
    if (!ok && numFailedTests + numRuntimeErrorTestSuites === 0) count.failed++;
  } catch {
    count.failed++;
  }
  rmSync(folder, { recursive: true, force: true });
}

const nx = ['node_modules/nx/dist/bin/nx.js', 'run-many', '--output-style=static'];
step('lock file complete', ['tools/lockcheck.cjs']);
step('types', [...nx, '-t', 'typecheck']);
step('lint', [...nx, '-t', 'lint']);
step('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']);
step('build', [...nx, '-t', 'build']);
jest();
for (const line of missing) console.log(`NOT RUN: ${line}`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);

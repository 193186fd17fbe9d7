// `npm run chaos [-- --size short|medium|long --only WORDS --seed N]`: builds, runs every scenario against built data planes,
// one after the other, and prints what was seen against what is promised.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'long' },
    only: { type: 'string' },
    seed: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-chaos-results-'));
const results = join(folder, 'results');

function run(args, env = {}) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
  return spawnSync(process.execPath, args, options).status === 0;
}

function print() {
  const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : [];
  for (const { scenario, size, count, findings } of lines.map((line) => JSON.parse(line))) {
    const isKept = findings.every((finding) => finding.isKept);
    console.log(`\n${isKept ? 'kept  ' : 'BROKEN'}  ${scenario} (${size}: ${count})`);
    for (const { what, seen, promised, isKept: isFine } of findings) {
      const bound = promised === undefined ? '' : `  promised: ${promised}`;
      console.log(`  ${isFine ? ' ' : '!'} ${what}: ${seen}${bound}`);
    }
  }
}

const nx = [
  'node_modules/nx/dist/bin/nx.js',
  'run',
  '@gatehouse/app-data-plane:build',
  '--output-style=static',
];
const isBuilt = values['no-build'] || run(nx);
const env = {
  CHAOS_SIZE: values.size,
  CHAOS_RESULTS: results,
  ...(values.only && { CHAOS_ONLY: values.only }),
  ...(values.seed && { CHAOS_SEED: values.seed }),
};
const jest = [
  'node_modules/jest/bin/jest.js',
  '--selectProjects',
  'tests/chaos',
  '--runInBand',
  '--verbose',
  '--forceExit',
];
const isKept = isBuilt && run(jest, env);
print();
const isChosen = existsSync(results);
if (isBuilt && !isChosen) console.error('no scenario was run; --only takes words of a name');
rmSync(folder, { recursive: true, force: true });
process.exit(isKept && isChosen ? 0 : 1);

// `npm run bench [-- SCENARIO... --rounds N --seconds S --smoke --profile]`. README.md says what there is; the page
// docs/guide/benchmarks.md what the figures mean.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawChart } from './chart.mjs';
import { PINNED, stopAll, whileServersRun } from './processes.mjs';
import { printProfile } from './profile.mjs';
import { conditions, save } from './results.mjs';
import { SCENARIOS } from './scenarios/index.mjs';
import { othersShare } from './statistics.mjs';
import { TOOLS } from './targets.mjs';

const root = join(import.meta.dirname, '..');
const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    calls: { type: 'string', default: '50000' },
    smoke: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const options = {
  rounds: Number(values.rounds ?? (values.smoke ? 1 : 5)),
  seconds: Number(values.seconds ?? (values.smoke ? 1 : 4)),
  calls: Number(values.calls),
  isSmoke: values.smoke,
  isProfile: values.profile,
};
if (!(options.rounds >= 1 && options.seconds >= 1 && options.calls >= 1))
  throw new Error('--rounds, --seconds and --calls must be at least 1');
const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) throw new Error(`no such scenario: ${unknown.join(', ')}; --list tells all`);
const chosen = SCENARIOS.filter(({ name, byNameOnly }) =>
  names.length > 0 ? names.includes(name) : !byNameOnly,
);

function list() {
  for (const { name, title, byNameOnly } of SCENARIOS)
    console.log(`${name.padEnd(20)} ${title}${byNameOnly ? ' (by name only)' : ''}`);
}

function build() {
  const nx = [
    ...['node_modules/nx/dist/bin/nx.js', 'run', '@gatehouse/data-plane:build'],
    '--output-style=static',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, nx, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the data plane does not build:\n${stdout}${stderr}`);
}

async function runAll(folder) {
  const results = [];
  for (const scenario of chosen) results.push(await runOne(scenario, folder));
  return results;
}

/** What goes wrong in a scenario costs its own figures only. */
async function runOne({ name, title, run }, folder) {
  console.log(`${name}: ${title}`);
  const bench = { ...options, folder: join(folder, name) };
  mkdirSync(bench.folder, { mode: 0o755 });
  try {
    const result = await whileServersRun(() => run(bench));
    await stopAll();
    if (options.isProfile) printProfile(join(bench.folder, 'profiles'));
    if (result.notMeasured) console.log(`NOT MEASURED: ${result.notMeasured}`);
    return { name, title, ...result };
  } catch (error) {
    await stopAll();
    console.error(`FAILED: ${name}:`, error);
    process.exitCode = 1;
    return { name, title, notMeasured: String(error) };
  }
}

function print(results) {
  const rows = results.flatMap(({ name, figures = [] }) =>
    figures.map(({ what, gatehouse, beside = '-', ratio = '-', goal = '-', must = '-' }) => {
      const verdict =
        ratio === '-' || must === '-' ? '-' : ratio <= goal ? 'goal' : ratio <= must ? 'must' : 'MISSED';
      return { scenario: name, what, gatehouse, beside, ratio, goal, must, reached: verdict };
    }),
  );
  console.table(rows);
  console.log(
    `other programs took ${Math.round(100 * othersShare(results))} % of the machine (median of rounds)`,
  );
}

async function main() {
  for (const [tool, isThere] of Object.entries(TOOLS)) if (!isThere) console.log(`not present: ${tool}`);
  if (!PINNED) console.log('NOT PINNED, no taskset or one core only: gateway and load share cores');
  build();
  const before = conditions(options, names);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  try {
    const results = await runAll(folder);
    print(results);
    if (options.isSmoke || options.isProfile) return;
    const file = save(before, results, names);
    if (names.length === 0) drawChart(file);
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

await (values.list ? list() : main());

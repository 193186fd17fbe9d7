// The record of a run: what another person needs to judge or repeat it, and nothing that names this machine or its folders.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { PINNED } from './processes.mjs';
import { CONNECTIONS } from './rounds.mjs';
import { here, TOOLS } from './targets.mjs';

const root = join(import.meta.dirname, '..');
const MEASURED = [
  ...['engine', 'standards', 'snapshot', 'http', 'platform', 'data-plane', 'function-host'].map(
    (lib) => `libs/${lib}`,
  ),
  'bench',
];
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

function version(program, flag) {
  if (!TOOLS[program]) return 'not present';
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown';
}

/** To be asked before anything runs: the load average tells whether the machine was idle. */
export function conditions({ rounds, seconds, calls }, names) {
  const [cpu, ...others] = cpus();
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD'),
    // Parts of what was measured, or of the measurement, that the commit does not hold as they were.
    uncommitted: MEASURED.filter((path) => git('status', '--porcelain', '--', path) !== ''),
    command: ['npm run bench --', ...names, `--rounds ${rounds} --seconds ${seconds} --calls ${calls}`].join(
      ' ',
    ),
    node: process.version,
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: others.length + 1,
      platform: `${process.platform} ${process.arch}`,
      loadAverageBefore: loadavg().map((load) => Number(load.toFixed(2))),
    },
    pinnedToCores: PINNED ?? null,
    nginx: version('nginx', '-v'),
    haproxy: version('haproxy', '-v'),
    wrk: version('wrk', '-v'),
    connections: CONNECTIONS,
  };
}

/** Answers the file. A run of single scenarios has their names in its name. */
export function save(before, scenarios, names) {
  const name = [before.date.slice(0, 10), before.commit.slice(0, 7), ...names].join('-');
  const file = here(`results/${name}.json`);
  mkdirSync(here('results'), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...before, scenarios }, null, 2)}\n`);
  console.log(`written: bench/results/${name}.json`);
  return file;
}

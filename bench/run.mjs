// `npm run bench [-- --rounds N --seconds S --smoke]`: CPU time per request of our data plane beside nginx as a proxy, same
// origin, same load, same minute. docs/guide/benchmarks.md says what the figures mean.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { originConfig, proxyConfig } from './nginx.mjs';
import { answers, cpuMicros, freePort, has, PINNED, run, start, stopAll } from './processes.mjs';
import { CASES, HOST } from './traffic.mjs';

const CONNECTIONS = 32;
const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.smoke ? 1 : 5));
const seconds = Number(values.seconds ?? (values.smoke ? 1 : 4));
if (!(rounds >= 1 && seconds >= 1)) throw new Error('--rounds and --seconds must be at least 1');

const tools = { nginx: has('nginx', '-v'), wrk: has('wrk', '-v') };
const here = (file) => join(import.meta.dirname, file);

function build() {
  const nx = [
    'node_modules/nx/dist/bin/nx.js',
    'run',
    '@gatehouse/data-plane:build',
    '--output-style=static',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, nx, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the data plane does not build:\n${stdout}${stderr}`);
}

function writeFiles(folder) {
  for (const name of ['origin', 'proxy', 'origin/files', 'cases', 'data'])
    mkdirSync(join(folder, name), { mode: 0o755 });
  for (const { path, body, answer } of CASES) {
    writeFileSync(join(folder, 'origin/files', path), answer);
    writeFileSync(join(folder, 'cases', `${path.slice(1)}.answer`), answer);
    if (body) writeFileSync(join(folder, 'cases', `${path.slice(1)}.body`), body);
  }
}

function startNginx(role, folder, config) {
  // Its workers drop root; the folders must be theirs to read.
  writeFileSync(join(folder, 'nginx.conf'), `${process.getuid?.() === 0 ? 'user root;' : ''}${config}`);
  return start(role, 'nginx', ['-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]);
}

/** The origin, then what is measured: `name`, `port`, process. */
async function startServers(folder) {
  const [originPort, ourPort, nginxPort] = await Promise.all([freePort(), freePort(), freePort()]);
  if (tools.nginx)
    startNginx('load', join(folder, 'origin'), originConfig(join(folder, 'origin'), originPort));
  else start('load', process.execPath, [here('origin.mjs'), String(originPort)]);
  await answers(originPort);
  const gateway = start('gateway', process.execPath, [
    here('gateway.mjs'),
    String(ourPort),
    String(originPort),
    join(folder, 'data'),
  ]);
  const targets = [{ name: 'gatehouse', port: ourPort, pid: gateway.pid }];
  if (tools.nginx) {
    const config = proxyConfig(join(folder, 'proxy'), nginxPort, originPort);
    const nginx = startNginx('gateway', join(folder, 'proxy'), config);
    targets.push({ name: 'nginx', port: nginxPort, pid: nginx.pid });
  }
  for (const { port } of targets) await answers(port);
  return targets;
}

async function load(folder, { port }, traffic, forSeconds) {
  const { name, method, path, body } = traffic;
  const file = (kind) => join(folder, 'cases', `${path.slice(1)}.${kind}`);
  const whole = Math.ceil(forSeconds);
  const output = tools.wrk
    ? await run('load', 'wrk', [
        ...['-t', '1', '-c', String(CONNECTIONS), '-d', `${whole}s`, '-s', here('wrk.lua')],
        ...[`http://127.0.0.1:${port}${path}`, '--', method, HOST, body ? file('body') : '-', file('answer')],
      ])
    : await run('load', process.execPath, [
        here('load.mjs'),
        String(port),
        name,
        String(CONNECTIONS),
        String(whole),
      ]);
  return JSON.parse(output.trim().split('\n').at(-1));
}

async function measure(folder, target, traffic, round) {
  const before = cpuMicros(target.pid);
  const { requests, wrong, seconds: took } = await load(folder, target, traffic, seconds);
  const micros = cpuMicros(target.pid) - before;
  if (requests === 0 || wrong > 0) {
    throw new Error(`${target.name}, ${traffic.name}: ${wrong} of ${requests} answers were wrong`);
  }
  return {
    round,
    case: traffic.name,
    target: target.name,
    requests,
    seconds: rounded(took, 3),
    cpuMicros: Math.round(micros),
    cpuMicrosPerRequest: rounded(micros / requests, 2),
    requestsPerSecond: Math.round(requests / took),
  };
}

/** Targets take turns within a round, and who goes first changes from round to round. */
async function measureAll(folder, targets) {
  for (const target of targets)
    for (const traffic of CASES) await load(folder, target, traffic, values.smoke ? 1 : 3);
  const measured = [];
  for (let round = 1; round <= rounds; round++) {
    for (const traffic of CASES) {
      const order = round % 2 === 1 ? targets : [...targets].reverse();
      for (const target of order) measured.push(await measure(folder, target, traffic, round));
    }
    console.log(`round ${round} of ${rounds} done`);
  }
  return measured;
}

const rounded = (value, digits) => Number(value.toFixed(digits));

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function summarise(measured) {
  return CASES.map(({ name }) => {
    const of = (target) => measured.filter((one) => one.case === name && one.target === target);
    const [ours, theirs] = [of('gatehouse'), of('nginx')];
    const each = (list, member) => (list.length > 0 ? median(list.map((one) => one[member])) : undefined);
    const ratios = theirs.map((one, i) => ours[i].cpuMicrosPerRequest / one.cpuMicrosPerRequest);
    return {
      case: name,
      cpuMicrosPerRequest: rounded(each(ours, 'cpuMicrosPerRequest'), 1),
      requestsPerSecond: each(ours, 'requestsPerSecond'),
      ...(theirs.length > 0 && {
        nginxCpuMicrosPerRequest: rounded(each(theirs, 'cpuMicrosPerRequest'), 1),
        nginxRequestsPerSecond: each(theirs, 'requestsPerSecond'),
        ratio: rounded(median(ratios), 2),
        ratioOfRounds: ratios.map((ratio) => rounded(ratio, 2)),
      }),
    };
  });
}

function print(summary) {
  const rows = summary.map((one) => ({
    case: one.case,
    'CPU us/request': one.cpuMicrosPerRequest,
    'nginx CPU us/request': one.nginxCpuMicrosPerRequest ?? '-',
    'ratio (median of rounds)': one.ratio ?? '-',
    'requests/s': one.requestsPerSecond,
    'nginx requests/s': one.nginxRequestsPerSecond ?? '-',
  }));
  console.table(rows);
}

const MEASURED = [
  ...['engine', 'standards', 'snapshot', 'platform', 'data-plane'].map((lib) => `libs/${lib}`),
  'bench',
];
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const version = (program, flag) => {
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown';
};

/** What another person needs to judge or repeat the run; nothing that names this machine or its folders. */
function conditions() {
  const [cpu, ...others] = cpus();
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD'),
    // Parts of what was measured, or of the measurement, that the commit does not hold as they were.
    uncommitted: MEASURED.filter((path) => git('status', '--porcelain', '--', path) !== ''),
    command: ['npm run bench --', `--rounds ${rounds}`, `--seconds ${seconds}`].join(' '),
    node: process.version,
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: others.length + 1,
      platform: `${process.platform} ${process.arch}`,
    },
    pinnedToCores: PINNED ?? null,
    origin: tools.nginx ? `nginx ${version('nginx', '-v')}` : 'node',
    reference: tools.nginx ? `nginx ${version('nginx', '-v')}, 1 worker` : null,
    load: tools.wrk ? `wrk ${version('wrk', '-v')}, 1 thread` : 'node',
    connections: CONNECTIONS,
  };
}

function save(summary, measured) {
  const { date, commit, ...rest } = conditions();
  const name = `${date.slice(0, 10)}-${commit.slice(0, 7)}.json`;
  mkdirSync(here('results'), { recursive: true });
  writeFileSync(
    here(`results/${name}`),
    `${JSON.stringify({ date, commit, ...rest, summary, rounds: measured }, null, 2)}\n`,
  );
  console.log(`written: bench/results/${name}`);
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
try {
  if (!tools.nginx) console.log('NOT MEASURED, no nginx on the PATH: the reference');
  if (!PINNED) console.log('NOT PINNED, no taskset or one core only: gateway and load share cores');
  build();
  writeFiles(folder);
  const targets = await startServers(folder);
  const measured = await measureAll(folder, targets);
  const summary = summarise(measured);
  print(summary);
  if (!values.smoke) save(summary, measured);
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true });
}

// Processes of a run: started (pinned to a core where that can be done), watched for CPU time, ended.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { availableParallelism } from 'node:os';

export const has = (program, flag) => spawnSync(program, [flag], { stdio: 'ignore' }).error === undefined;

const canPin = process.platform === 'linux' && availableParallelism() > 1 && has('taskset', '--version');
export const PINNED = canPin ? { gateway: 0, load: 1 } : undefined;

/** `taskset` becomes the program, so the process id is the program's. */
function pinned(role, program, args) {
  return PINNED ? ['taskset', ['-c', String(PINNED[role]), program, ...args]] : [program, args];
}

const running = new Set();

export function start(role, program, args) {
  const child = spawn(...pinned(role, program, args), { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  child.once('exit', (code, signal) => {
    if (!running.delete(child)) return;
    console.error(`${program} ended too early: ${code ?? signal}`);
    process.exit(1);
  });
  return child;
}

export function run(role, program, args) {
  const [name, all] = pinned(role, program, args);
  return new Promise((resolve, reject) => {
    const child = spawn(name, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${program}: exit ${code}\n${output}`)),
    );
  });
}

export function stopAll() {
  for (const child of [...running]) {
    running.delete(child);
    child.kill('SIGTERM');
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function answers(port) {
  for (let attempt = 0; attempt < 400; attempt++) {
    const isThere = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** User and system time of a process and all below it, microseconds; clock ticks of the kernel's accounting. */
export function cpuMicros(pid) {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const family = new Set([pid]);
  for (let known = 0; known < family.size;) {
    known = family.size;
    for (const one of stats) if (family.has(one.parent)) family.add(one.pid);
  }
  const ticks = stats.filter((one) => family.has(one.pid)).reduce((sum, one) => sum + one.ticks, 0);
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold anything, a closing bracket too; what follows the last one is numbers.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}

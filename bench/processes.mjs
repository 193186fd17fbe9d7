// Processes of a run: started (pinned to cores where that can be done), listened to, ended.
import { spawn, spawnSync } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const has = (program, flag) => spawnSync(program, [flag], { stdio: 'ignore' }).error === undefined;

const cores = availableParallelism();
const canPin = process.platform === 'linux' && cores > 1 && has('taskset', '--version');
/** What is measured has the first half of the cores, load and origin the second. Other roles go where they like. */
export const PINNED = canPin
  ? { gateway: range(0, (cores >> 1) - 1), load: range(cores >> 1, cores - 1) }
  : undefined;

function range(first, last) {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** `taskset` becomes the program, so the process id is the program's. */
function pinned(role, program, args) {
  const where = PINNED?.[role];
  return where === undefined ? [program, args] : ['taskset', ['-c', where, program, ...args]];
}

const running = new Set();
// However this process ends, what it started ends with it.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function launch(role, program, args, options) {
  const [name, all] = pinned(role, program, args);
  const child = spawn(name, all, { ...options, env: { ...process.env, ...options.env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

let onEarlyEnd = () => undefined;

/** Rejects, too, when a server ends that nobody stopped. */
export function whileServersRun(work) {
  const broken = new Promise((_resolve, reject) => (onEarlyEnd = reject));
  return Promise.race([work(), broken]);
}

/** A server: it runs until it is stopped. */
export function start(role, program, args, { env, stdout = 'ignore' } = {}) {
  const child = launch(role, program, args, { stdio: ['ignore', stdout, 'inherit'], env });
  child.once('exit', (code, signal) => {
    if (child.isStopping) return;
    onEarlyEnd(new Error(`${program} ${args.join(' ')} ended too early: ${code ?? signal}`));
  });
  return child;
}

/** A Node program that is told lines and tells lines of JSON. */
export function converse(role, file, options) {
  const args = [file, JSON.stringify(options)];
  const child = launch(role, process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${file} ended without an answer`);
    return JSON.parse(value);
  };
  return { child, next, tell: (line) => child.stdin.write(`${line}\n`) };
}

/** A program that ends by itself; resolves with what it printed. */
export async function run(role, program, args) {
  const child = launch(role, program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${code}\n${output}`);
  return output;
}

/** Ends what still runs, in order; who does not go within 10 seconds is killed. */
export async function stopAll() {
  await Promise.all([...running].map(stop));
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.isStopping = true;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
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

export async function until(condition, what, withinMs = 20_000) {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(25);
  }
}

export function listens(port) {
  const isThere = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  return until(isThere, `something listens on port ${port}`);
}

/**
 * A real PostgreSQL from npm for one machine: own data folder, loopback only, scram password, any free port. A server
 * that outlived its launcher (kill -9) is found again by its pid file and used.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  closeSync,
  statSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writePrivateFile } from '../keys/private-file';
import { freePort } from './free-port';
import { postgresBinaries, type PostgresBinaries } from './binaries';
import { chooseRunAs, NOBODY, type RunAs } from './run-as';

export interface EmbeddedPostgres {
  /** `postgres://` URL with password. */
  readonly url: string;
  /** Fast shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** State folder of Gatehouse; the cluster is made in `postgres` below it. */
  readonly dataDir: string;
  /** Tests only: no fsync. */
  readonly volatile?: boolean;
}

const USER = 'gatehouse';
const START_DEADLINE_MS = 30_000;

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const runAs = chooseRunAs();
  const place = placeOf(options.dataDir, runAs);
  const binaries = reachable(postgresBinaries(), place, runAs);
  const password = passwordIn(options.dataDir);
  if (!existsSync(join(place.cluster, 'PG_VERSION'))) initialise(binaries, place, password, runAs);
  const running = await runningServer(place.cluster);
  const server = running ?? (await launch(binaries, place, runAs, options.volatile ?? false));
  const url = `postgres://${USER}:${password}@127.0.0.1:${server.port}/postgres`;
  return { url, stop: () => stop(server.pid) };
}

interface Place {
  /** Folder that holds cluster, log and, if need be, copied binaries; the server's user can enter it. */
  readonly home: string;
  readonly cluster: string;
}

/** As `nobody`, a cluster below a folder of mode 0700 is out of reach, so it lives in /var/lib; a note tells where. */
function placeOf(dataDir: string, runAs: RunAs): Place {
  const note = join(dataDir, 'postgres-location');
  const noted = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  const away = `/var/lib/gatehouse-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  const home = noted ?? (runAs.kind === 'nobody' ? away : join(dataDir, 'postgres'));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (runAs.kind === 'nobody') {
    chownSync(home, NOBODY, NOBODY);
    writePrivateFile(note, home);
  }
  return { home, cluster: join(home, 'cluster') };
}

/** As `nobody`, binaries below a closed folder cannot be loaded; they are copied next to the cluster (60 MB, once). */
function reachable(binaries: PostgresBinaries, place: Place, runAs: RunAs): PostgresBinaries {
  const { command, args, ...as } = runAs.wrap(binaries.postgres, ['--version']);
  if (runAs.kind !== 'nobody' || spawnSync(command, args, { ...as, stdio: 'ignore' }).status === 0)
    return binaries;
  const native = join(place.home, 'native');
  if (!existsSync(native))
    cpSync(dirname(dirname(binaries.postgres)), native, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}

function passwordIn(dataDir: string): string {
  const file = join(dataDir, 'postgres-password');
  if (!existsSync(file)) writePrivateFile(file, randomBytes(24).toString('hex'));
  return readFileSync(file, 'utf8').trim();
}

function initialise(binaries: PostgresBinaries, place: Place, password: string, runAs: RunAs): void {
  rmSync(place.cluster, { recursive: true, force: true });
  const passwordFile = join(place.home, 'initial-password');
  writePrivateFile(passwordFile, password);
  if (runAs.kind === 'nobody') chownSync(passwordFile, NOBODY, NOBODY);
  const flags = ['-A', 'scram-sha-256', '--locale=C', '-E', 'UTF8', '--wal-segsize=1', '--no-instructions'];
  const { command, args, ...as } = runAs.wrap(binaries.initdb, [
    ...['-D', place.cluster, '-U', USER, `--pwfile=${passwordFile}`],
    ...flags,
  ]);
  const run = spawnSync(command, args, { ...as, cwd: '/', encoding: 'utf8' });
  rmSync(passwordFile, { force: true });
  if (run.status === 0) return;
  rmSync(place.cluster, { recursive: true, force: true });
  throw new Error(`initdb failed: ${(run.stderr || String(run.error)).trim().slice(-500)}`);
}

interface Server {
  readonly pid: number;
  readonly port: number;
}

/** Line 1 of postmaster.pid is the pid, line 4 the port. A pid that another program got meanwhile does not answer there. */
async function runningServer(cluster: string): Promise<Server | undefined> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const server = { pid: Number(lines[0]), port: Number(lines[3]) };
  if (!(server.port > 0) || !isAlive(server.pid)) return undefined;
  return (await answers(server.port)) ? server : undefined;
}

async function launch(
  binaries: PostgresBinaries,
  place: Place,
  runAs: RunAs,
  volatile: boolean,
): Promise<Server> {
  const port = await freePort();
  const logFile = join(place.home, 'postgres.log');
  const log = openSync(logFile, 'a', 0o600);
  const { command, args, ...as } = runAs.wrap(binaries.postgres, [
    '-D',
    place.cluster,
    ...serverFlags(port, volatile),
  ]);
  // Detached: Ctrl-C in the terminal must reach us first, the database after us.
  const child = spawn(command, args, { ...as, cwd: '/', detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  const exited = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`PostgreSQL stopped with ${String(code)}; see ${logFile}`)),
    );
  });
  exited.catch(() => undefined);
  await Promise.race([until(async () => (await answers(port)) && isReady(place.cluster)), exited]);
  return { pid: child.pid ?? 0, port };
}

function serverFlags(port: number, volatile: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '32MB',
    io_method: 'sync',
    jit: 'off',
    max_connections: '60',
    ...(volatile && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return [
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** The pid file's last line says `ready` when connections are taken. */
function isReady(cluster: string): boolean {
  const file = join(cluster, 'postmaster.pid');
  return existsSync(file) && statSync(file).size > 0 && /ready\s*$/.test(readFileSync(file, 'utf8'));
}

async function stop(pid: number): Promise<void> {
  if (isAlive(pid)) process.kill(pid, 'SIGINT');
  await until(async () => !isAlive(pid));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('PostgreSQL did not get there within 30 s');
    await delay(10);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const done = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', done(true));
    socket.once('error', done(false));
    socket.once('timeout', done(false));
  });
}

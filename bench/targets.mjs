// Starts the origin and whatever is measured in front of it. A target has a name, a port, the prefix of its paths, a process.
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, has, listens, start, until } from './processes.mjs';
import { Publisher } from './publisher.mjs';
import { haproxyConfig } from './servers/haproxy.mjs';
import { originConfig, proxyConfig } from './servers/nginx.mjs';
import { PREFIX } from './snapshots.mjs';
import { CASES } from './traffic.mjs';

const { TRAFFIC_FLAGS } = createRequire(import.meta.url)('@gatehouse/data-plane');

export const TOOLS = {
  nginx: has('nginx', '-v'),
  wrk: has('wrk', '-v'),
  haproxy: has('haproxy', '-v'),
  'redis-server': has('redis-server', '--version'),
};
export const here = (file) => join(import.meta.dirname, file);

function folderOf(bench, name) {
  const folder = join(bench.folder, name);
  mkdirSync(folder, { mode: 0o755 });
  return folder;
}

function startNginx(role, folder, config) {
  // Its workers drop root; the folders must be theirs to read.
  writeFileSync(join(folder, 'nginx.conf'), `${process.getuid?.() === 0 ? 'user root;' : ''}${config}`);
  return start(role, 'nginx', ['-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]);
}

/** Answers the cases of traffic.mjs; resolves with its port. */
export async function startOrigin(bench) {
  const port = await freePort();
  if (TOOLS.nginx) {
    const folder = folderOf(bench, 'origin');
    mkdirSync(join(folder, 'files'));
    for (const { path, answer } of CASES) writeFileSync(join(folder, 'files', path), answer);
    startNginx('load', folder, originConfig(folder, port));
  } else start('load', process.execPath, [here('servers/origin.mjs'), String(port)]);
  await listens(port);
  return port;
}

/** `undefined` where there is no nginx. */
export async function startNginxProxy(bench, originPort, size, isCache) {
  if (!TOOLS.nginx) return undefined;
  const port = await freePort();
  const folder = folderOf(bench, 'nginx');
  const { pid } = startNginx('gateway', folder, proxyConfig(folder, port, originPort, size, isCache));
  await listens(port);
  return { name: 'nginx', port, prefix: '', pid };
}

/** Resolves with its URL; `undefined` where there is none. */
export async function startRedis() {
  return (await startRedisProcess())?.url;
}

/** With its process, for who makes it fail. It keeps nothing on disk. */
export async function startRedisProcess(chosenPort) {
  if (!TOOLS['redis-server']) return undefined;
  const port = chosenPort ?? (await freePort());
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', tmpdir()];
  const child = start('load', 'redis-server', args);
  await listens(port);
  return { child, port, url: `redis://127.0.0.1:${port}` };
}

/** `undefined` where there is no HAProxy. */
export async function startHaproxy(bench, originPort) {
  if (!TOOLS.haproxy) return undefined;
  const port = await freePort();
  const file = join(folderOf(bench, 'haproxy'), 'haproxy.cfg');
  writeFileSync(file, haproxyConfig(port, originPort));
  const { pid } = start('gateway', 'haproxy', ['-db', '-f', file]);
  await listens(port);
  return { name: 'haproxy', port, prefix: '', pid };
}

/**
 * Our data plane with one snapshot. `settings` are further environment variables. Resolves when every worker serves it.
 * It is started as docker-compose.yml starts one. The access log goes to the null device, which costs a write but no disk.
 */
export async function startGatehouse(
  bench,
  snapshot,
  { name = 'gatehouse', role = 'gateway', settings } = {},
) {
  const [port, managementPort] = [await freePort(), await freePort()];
  const folder = folderOf(bench, name);
  const publisher = new Publisher(join(folder, 'feed'));
  publisher.publish(snapshot);
  const profile = bench.isProfile ? ['--cpu-prof', `--cpu-prof-dir=${join(bench.folder, 'profiles')}`] : [];
  const env = {
    GATEHOUSE_GATEWAY_LISTEN: `127.0.0.1:${port}`,
    GATEHOUSE_MANAGEMENT_LISTEN: `127.0.0.1:${managementPort}`,
    GATEHOUSE_DATA_DIR: join(folder, 'data'),
    GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: publisher.publicKeyFile,
    GATEHOUSE_PRIVATE_ORIGINS: 'loopback',
    GATEHOUSE_DRAIN_SECONDS: '1',
    GATEHOUSE_LOG_LEVEL: 'warn',
    OTEL_TRACES_SAMPLER: 'always_off',
    ...settings,
  };
  const args = [...TRAFFIC_FLAGS, ...profile, here('servers/gateway.mjs'), publisher.folder];
  const { pid } = start(role, process.execPath, args, { env, stdout: openSync('/dev/null', 'w') });
  const management = `http://127.0.0.1:${managementPort}`;
  await until(() => isReady(management), `${name} is ready`);
  const metric = await scrape({ management });
  if (metric('gatehouse_snapshot_faults') !== 0) throw new Error(`${name} does not serve what was published`);
  return { name, port, prefix: PREFIX[snapshot.kind], pid, management, publisher };
}

async function isReady(management) {
  try {
    return (await fetch(`${management}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

/** Asks for the metrics once; the answer tells the sum of a metric's series. */
export async function scrape({ management }) {
  const lines = (await (await fetch(`${management}/metrics`)).text()).split('\n');
  return (name) =>
    lines
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Resolves with the port of a receiver of traces, see servers/otlp-sink.mjs. */
export async function startOtlpSink() {
  const port = await freePort();
  start('load', process.execPath, [here('servers/otlp-sink.mjs'), String(port)]);
  await listens(port);
  return port;
}

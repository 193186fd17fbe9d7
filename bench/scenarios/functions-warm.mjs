// What a warm call of an empty function costs its client: signed, one after another, through the Lambda API of a function host
// of its own. Beside it a bare echo of node:http, in the client's
// own process, which is the least that an answer over HTTP takes it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { SignedCalls } from '../clients/signed-calls.mjs';
import { freePort, start, until } from '../processes.mjs';
import { median, rounded } from '../statistics.mjs';
import { here } from '../targets.mjs';

const KEY = { accessKeyId: 'AKIABENCH', secret: 'bench' };
const API = '/2015-03-31/functions';
const WARM_UP = 1000;
const CALLS = 3000;
const SMOKE_CALLS = 200;
const root = here('..');

export const functionsWarm = {
  name: 'functions-warm',
  title: 'warm calls of an empty Node.js function through the Lambda API, beside a bare HTTP echo',
  async run(bench) {
    build();
    const client = await startFunctionHost(bench);
    const echo = createServer((request, response) => request.pipe(response));
    await new Promise((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const bare = new SignedCalls(echo.address().port, KEY);
    const rounds = await takeTurns(bench, { function: client, echo: bare });
    for (const one of [client, bare]) one.close();
    echo.close();
    return { rounds, figures: ['p50Ms', 'p90Ms', 'p99Ms'].map((member) => figure(rounds, member)) };
  },
};

async function takeTurns(bench, clients) {
  const path = `${API}/empty/invocations`;
  const rounds = [];
  for (const client of Object.values(clients)) await client.measure(path, bench.isSmoke ? 10 : WARM_UP);
  for (let round = 1; round <= bench.rounds; round++) {
    for (const [target, client] of Object.entries(clients))
      rounds.push({ round, target, ...(await client.measure(path, bench.isSmoke ? SMOKE_CALLS : CALLS)) });
  }
  return rounds;
}

function figure(rounds, member) {
  const of = (target) => median(rounds.filter((one) => one.target === target).map((one) => one[member]));
  return {
    what: `${member.slice(0, 3)} of a call, ms`,
    gatehouse: rounded(of('function'), 2),
    beside: rounded(of('echo'), 2),
  };
}

function build() {
  const nx = ['node_modules/nx/dist/bin/nx.js', 'run', '@gatehouse/app-function-host:build'];
  const { status, stdout } = spawnSync(process.execPath, [...nx, '--output-style=static'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the function host does not build:\n${stdout}`);
}

async function startFunctionHost(bench) {
  const [port, managementPort] = [await freePort(), await freePort()];
  const code = join(bench.folder, 'code');
  mkdirSync(code);
  writeFileSync(join(code, 'index.js'), 'exports.handler = async (event) => event;');
  const env = {
    GATEHOUSE_FUNCTIONS_LISTEN: `127.0.0.1:${port}`,
    GATEHOUSE_MANAGEMENT_LISTEN: `127.0.0.1:${managementPort}`,
    GATEHOUSE_DATA_DIR: join(bench.folder, 'data'),
    GATEHOUSE_ADMIN_ACCESS_KEY_ID: KEY.accessKeyId,
    GATEHOUSE_ADMIN_SECRET_ACCESS_KEY: KEY.secret,
    GATEHOUSE_LOG_LEVEL: 'warn',
  };
  start(undefined, process.execPath, [join(root, 'apps/function-host/dist/main.js')], { env });
  const ready = async () => (await fetch(`http://127.0.0.1:${managementPort}/readyz`).catch(() => ({}))).ok;
  await until(ready, 'the function host is ready');
  const client = new SignedCalls(port, KEY);
  const made = await client.call('POST', API, {
    FunctionName: 'empty',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/any',
    Code: { S3Bucket: 'hot-reload', S3Key: code },
  });
  if (made.status !== 201) throw new Error(`the function was not made: ${made.text}`);
  return client;
}

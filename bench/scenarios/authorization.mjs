// What it costs to be let in: the same route behind a cached TOKEN authorizer, an API key and an IAM signature (REST), and a JWT
// (HTTP), each beside the open route of the same gateway.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { API_KEY, apiKeys, guarded, tokenAuthorizer } from '../guards.mjs';
import { startAuthority } from '../servers/authority.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { httpProxy, restProxy } from '../snapshots.mjs';
import { startGatehouse, startOrigin } from '../targets.mjs';
import { GET_1K, HOST } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

// Resolved from a lib that depends on them, since the bench is no workspace.
const require = createRequire(import.meta.resolve('../../libs/function-host/package.json'));
const { signSigV4 } = require('@gatehouse/standards');
const { Sealer } = require('@gatehouse/platform');

const ACCESS_KEY = 'AKIABENCHBENCHBENCH0';
const ALLOW_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
});
const TARGET = { 'cached TOKEN authorizer': { must: 1.15 }, JWT: { must: 1.25 } };

export const authorization = {
  name: 'authorization',
  title: 'GET 1 KB behind authorizers, keys and signatures, beside the open route',
  async run(bench) {
    const [originPort, authority] = [await startOrigin(bench), await startAuthority()];
    const keyFile = join(bench.folder, 'node-key');
    const settings = { GATEHOUSE_NODE_KEY_FILE: keyFile };
    const rest = await startGatehouse(bench, restGuarded(originPort, authority, keyFile), {
      name: 'rest',
      settings,
    });
    const http = await startGatehouse(bench, httpGuarded(originPort, authority), { name: 'http' });
    const restRounds = await compare(bench, rest, {
      'cached TOKEN authorizer': { path: '/token', headers: { Authorization: 'token-of-the-bench' } },
      'API key': { path: '/key', headers: { 'X-Api-Key': API_KEY } },
      'IAM signature': { path: '/iam', headers: signature(`${rest.prefix}/iam${GET_1K.path}`) },
    });
    const httpRounds = await compare(bench, http, {
      JWT: { path: '/jwt', headers: { Authorization: `Bearer ${authority.token}` } },
    });
    authority.stop();
    const parts = [restRounds, httpRounds].map((rounds) => ({ rounds, summary: summarise(rounds, 'open') }));
    return {
      summary: parts.flatMap(({ summary }) => summary),
      rounds: parts.flatMap(({ rounds }) => rounds),
      figures: parts.flatMap(({ summary }) => figures(summary)),
    };
  },
};

/** Every way in is a target of its own over the same process. */
function compare(bench, gateway, ways) {
  const all = { open: { path: '', headers: {} }, ...ways };
  const targets = Object.entries(all).map(([name, { path }]) => ({
    ...gateway,
    name,
    prefix: gateway.prefix + path,
  }));
  return takeTurns(bench, targets, ({ name }) => ({ ...GET_1K, headers: all[name].headers }));
}

function figures(summary) {
  return summary
    .filter(({ target }) => target !== 'open')
    .flatMap(({ target }) =>
      cpuFigures(summary, target, 'open', TARGET[target]).map((row) => ({
        ...row,
        what: `${row.what}, ${target}`,
      })),
    );
}

function restGuarded(originPort, { url }, keyFile) {
  const snapshot = restProxy(originPort);
  const sealedSecret = Sealer.loadOrCreate(keyFile).seal('secret', `access-key/${ACCESS_KEY}`);
  const user = {
    accountId: snapshot.accountId,
    userId: 'AIDABENCH',
    arn: `arn:aws:iam::${snapshot.accountId}:user/bench`,
  };
  return {
    ...snapshot,
    authorizers: { token: tokenAuthorizer(url) },
    apiKeys: apiKeys(),
    principals: [{ accessKeyId: ACCESS_KEY, sealedSecret, ...user, policies: [ALLOW_ALL] }],
    routes: [
      ...snapshot.routes,
      guarded(snapshot, 'token', { authorization: { type: 'CUSTOM', authorizerId: 'token' } }),
      guarded(snapshot, 'key', { apiKeyRequired: true }),
      guarded(snapshot, 'iam', { authorization: { type: 'AWS_IAM' } }),
    ],
  };
}

function httpGuarded(originPort, { url, audience }) {
  const snapshot = httpProxy(originPort);
  const jwt = {
    type: 'JWT',
    name: 'jwt',
    issuer: url,
    audience: [audience],
    identitySource: ['$request.header.Authorization'],
  };
  const authorization = { type: 'JWT', authorizerId: 'jwt' };
  return {
    ...snapshot,
    authorizers: { jwt },
    routes: [...snapshot.routes, guarded(snapshot, 'jwt', { authorization })],
  };
}

/** Good for five minutes, which the rounds of this scenario stay within. */
function signature(path) {
  const request = {
    method: 'GET',
    path,
    query: '',
    headers: new Map([['host', HOST]]),
    body: new Uint8Array(),
  };
  const key = { accessKeyId: ACCESS_KEY, secret: 'secret' };
  const signed = signSigV4(request, {
    ...key,
    region: 'us-east-1',
    service: 'execute-api',
    date: new Date(),
  });
  return { 'X-Amz-Date': signed.get('x-amz-date'), Authorization: signed.get('authorization') };
}

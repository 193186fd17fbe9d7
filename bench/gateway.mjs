// Our data plane as a process of its own: the built library, fed from memory with one HTTP API whose every route is a proxy
// to the origin. Telemetry is off, as is the reference's access log. Arguments: port, origin's port, data folder.
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { startDataPlane } = require('@gatehouse/data-plane');
const { createLogger, MemoryFeed } = require('@gatehouse/platform');
const { encodePart, sealManifest } = require('@gatehouse/snapshot');

const [port, originPort, dataDir] = process.argv.slice(2);
const REVISION = 1;

function snapshot() {
  return {
    schema: 1,
    requires: [],
    accountId: '000000000000',
    region: 'us-east-1',
    apiId: 'bench',
    apiName: 'bench',
    kind: 'HTTP',
    stage: '$default',
    deploymentId: 'd1',
    stageVariables: {},
    disableExecuteApiEndpoint: false,
    binaryMediaTypes: [],
    routes: ['GET', 'POST'].map((method) => ({
      id: method.toLowerCase(),
      method,
      path: '/{proxy+}',
      key: `${method} /{proxy+}`,
      authorization: { type: 'NONE' },
      apiKeyRequired: false,
      integration: {
        type: 'HTTP_PROXY',
        uri: `http://127.0.0.1:${originPort}/{proxy}`,
        method,
        timeoutMs: 29_000,
        tlsInsecureSkipVerification: false,
        requestParameters: {},
        requestTemplates: {},
        passthroughBehavior: 'WHEN_NO_MATCH',
        responses: [],
        responseParameters: {},
      },
    })),
  };
}

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const { bytes, hash } = encodePart(snapshot());
const entry = { accountId: '000000000000', apiId: 'bench', stage: '$default', hash, revision: REVISION };
const manifest = { schema: 1, revision: REVISION, issuedAt: Date.now(), entries: [entry] };
const feed = new MemoryFeed();
await feed.publish({
  revision: REVISION,
  manifest: sealManifest(manifest, privateKey),
  parts: new Map([[hash, bytes]]),
  retired: [],
});
const dataPlane = await startDataPlane({
  config: {
    gatewayListen: { host: '127.0.0.1', port: Number(port) },
    dataDir,
    region: 'us-east-1',
    privateOrigins: 'loopback',
    hostSuffixes: [],
    nodeId: 'bench',
    drainSeconds: 1,
  },
  feed,
  publicKeys: [publicKey],
  logger: createLogger('warn'),
  ownAddresses: () => [],
});
await dataPlane.applied(REVISION);
const faults = Object.entries(dataPlane.faults());
if (faults.length > 0) throw new Error(`not served as published: ${JSON.stringify(faults)}`);
console.log('ready');
process.on('SIGTERM', () => void dataPlane.stop().then(() => process.exit(0)));

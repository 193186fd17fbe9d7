/** Publishes one HTTP API that proxies everything, signed as the control plane signs. Written out: apps know no snapshots. */
import { hash, sign, type KeyObject } from 'node:crypto';
import type { Feed } from '@gatehouse/platform';

export async function publishProxy(
  feed: Feed,
  key: KeyObject,
  revision: number,
  origin: string,
): Promise<void> {
  const part = Buffer.from(JSON.stringify(snapshot(origin)));
  const name = hash('sha256', part, 'hex');
  const entries = [{ accountId: '000000000000', apiId: 'api1', stage: '$default', hash: name, revision }];
  const payload = JSON.stringify({ schema: 1, revision, issuedAt: 0, entries });
  const signature = sign(null, Buffer.from(payload), key).toString('base64');
  const manifest = Buffer.from(JSON.stringify({ payload, signature }));
  await feed.publish({ revision, manifest, parts: new Map([[name, part]]), retired: [] });
}

function snapshot(origin: string): object {
  return {
    schema: 1,
    requires: [],
    accountId: '000000000000',
    region: 'us-east-1',
    apiId: 'api1',
    apiName: 'pets',
    kind: 'HTTP',
    stage: '$default',
    deploymentId: 'd1',
    stageVariables: {},
    disableExecuteApiEndpoint: false,
    binaryMediaTypes: [],
    accessLog: {},
    routes: [
      {
        id: 'r1',
        method: 'ANY',
        path: '$default',
        key: '$default',
        authorization: { type: 'NONE' },
        apiKeyRequired: false,
        integration: {
          type: 'HTTP_PROXY',
          uri: `${origin}/base`,
          timeoutMs: 5000,
          tlsInsecureSkipVerification: false,
          requestParameters: {},
          requestTemplates: {},
          passthroughBehavior: 'WHEN_NO_MATCH',
          responses: [],
          responseParameters: {},
        },
      },
    ],
  };
}

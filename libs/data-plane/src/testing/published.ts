/** Snapshots for specs, and a publisher that signs and publishes them as the control plane does. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  encodePart,
  sealManifest,
  type HttpIntegration,
  type Route,
  type Snapshot,
} from '@gatehouse/snapshot';
import type { Feed } from '@gatehouse/platform';

export const signingKeys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ed25519');

export function proxyTo(uri: string, apiId = 'api1', members: Partial<HttpIntegration> = {}): Snapshot {
  const integration: HttpIntegration = {
    type: 'HTTP_PROXY',
    uri,
    timeoutMs: 5000,
    tlsInsecureSkipVerification: false,
    requestParameters: {},
    requestTemplates: {},
    passthroughBehavior: 'WHEN_NO_MATCH',
    responses: [],
    responseParameters: {},
    ...members,
  };
  const route: Route = {
    id: 'r1',
    method: 'ANY',
    path: '$default',
    key: '$default',
    authorization: { type: 'NONE' },
    apiKeyRequired: false,
    integration,
  };
  return {
    schema: 1,
    requires: [],
    accountId: '000000000000',
    region: 'us-east-1',
    apiId,
    apiName: apiId,
    kind: 'HTTP',
    stage: '$default',
    deploymentId: 'd1',
    stageVariables: {},
    disableExecuteApiEndpoint: false,
    binaryMediaTypes: [],
    routes: [route],
  };
}

export interface PublishOptions {
  readonly key: KeyObject;
  readonly revision: number;
  readonly snapshots: readonly Snapshot[];
  /** Parts that are named by the manifest but not handed out. */
  readonly withhold?: readonly string[];
}

export function sealed({ key, revision, snapshots }: PublishOptions): Uint8Array {
  const entries = snapshots.map((snapshot) => ({
    accountId: snapshot.accountId,
    apiId: snapshot.apiId,
    stage: snapshot.stage,
    hash: encodePart(snapshot).hash,
    revision,
  }));
  return sealManifest({ schema: 1, revision, issuedAt: 0, entries }, key);
}

export async function publish(feed: Feed, options: PublishOptions): Promise<void> {
  const parts = new Map<string, Uint8Array>();
  for (const snapshot of options.snapshots) {
    const { hash, bytes } = encodePart(snapshot);
    if (!options.withhold?.includes(snapshot.apiId)) parts.set(hash, bytes);
  }
  await feed.publish({ revision: options.revision, manifest: sealed(options), parts, retired: [] });
}

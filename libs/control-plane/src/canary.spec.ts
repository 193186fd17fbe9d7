/** Canaries by real SDK calls and by the options of their stage, until they are in what nodes get. */
import {
  CreateDeploymentCommand,
  DeleteDeploymentCommand,
  GetStageCommand,
  PutIntegrationCommand,
  UpdateStageCommand,
  type PatchOperation,
} from '@aws-sdk/client-api-gateway';
import { CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import { countCall, emptyTally, type CallTally } from '@gatehouse/platform';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi, type MockApi } from './testing/mock-api';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

interface Canary extends MockApi {
  readonly own: string;
  readonly canary: string;
}

/** The canary's `GET /` answers 202 where the stage's answers as it likes. */
async function stageWithCanary(): Promise<Canary> {
  const api = await mockApi(admin);
  const { restApiId } = api;
  const deploy = async (canarySettings?: object): Promise<string> => {
    const command = new CreateDeploymentCommand({
      restApiId,
      stageName: 'dev',
      ...(canarySettings ? { canarySettings } : { variables: { kept: '1', changed: 'own' } }),
    });
    return (await admin.rest.send(command)).id ?? '';
  };
  const own = await deploy();
  const requestTemplates = { 'application/json': '{"statusCode": 202}' };
  await admin.rest.send(new PutIntegrationCommand({ ...api, type: 'MOCK', requestTemplates }));
  const canary = await deploy({ percentTraffic: 10, stageVariableOverrides: { changed: 'canary' } });
  return { ...api, own, canary };
}

const patch = (restApiId: string, ...patchOperations: PatchOperation[]) =>
  admin.rest.send(new UpdateStageCommand({ restApiId, stageName: 'dev', patchOperations }));

async function native(method: string, apiId: string, path: string, document?: object, stage = 'dev') {
  const answer = await fetch(`${admin.url}/admin/v1/apis/${apiId}/stages/${stage}/${path}`, {
    method,
    headers: { authorization: `Bearer ${admin.token}` },
    ...(document && { body: JSON.stringify(document) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const PROMOTION: PatchOperation[] = [
  { op: 'copy', from: '/canarySettings/deploymentId', path: '/deploymentId' },
  { op: 'copy', from: '/canarySettings/stageVariableOverrides', path: '/variables' },
  { op: 'remove', path: '/canarySettings' },
];

describe('a canary', () => {
  it('is published with the stage, with routes of its own, and again when it changes', async () => {
    const { restApiId, own, canary } = await stageWithCanary();
    const {
      deploymentId,
      routes,
      canary: sent,
    } = await published(admin, restApiId, 'dev', (one) => !!one.canary);
    expect(deploymentId).toBe(own);
    expect(sent).toMatchObject({
      percentTraffic: 10,
      deploymentId: canary,
      stageVariableOverrides: { changed: 'canary' },
    });
    const templates = [routes, sent?.routes ?? []].map(([route]) => JSON.stringify(route?.integration));
    expect(templates).toEqual([expect.not.stringContaining('202'), expect.stringContaining('202')]);
    await patch(restApiId, { op: 'replace', path: '/canarySettings/percentTraffic', value: '25.5' });
    await published(admin, restApiId, 'dev', (one) => one.canary?.percentTraffic === 25.5);
  });

  it('of the stage’s own deployment has no second copy of its routes', async () => {
    const { restApiId } = await mockApi(admin);
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    await patch(restApiId, { op: 'replace', path: '/canarySettings/stageVariableOverrides/a', value: 'b' });
    const { canary } = await published(admin, restApiId, 'dev', (one) => !!one.canary);
    expect(canary).toMatchObject({ stageVariableOverrides: { a: 'b' }, deployed: {} });
    expect(canary).not.toHaveProperty('routes');
  });

  it('keeps its deployment from being deleted', async () => {
    const { restApiId, canary } = await stageWithCanary();
    const remove = () => admin.rest.send(new DeleteDeploymentCommand({ restApiId, deploymentId: canary }));
    await expect(remove()).rejects.toThrow(
      'Active stages pointing to this deployment must be moved or deleted',
    );
    await patch(restApiId, { op: 'remove', path: '/canarySettings' });
    await remove();
  });

  it('is promoted by AWS’s patches: deployment and variables become the stage’s', async () => {
    const { restApiId, canary } = await stageWithCanary();
    await patch(restApiId, ...PROMOTION);
    const stage = await published(admin, restApiId, 'dev', (one) => one.deploymentId === canary);
    expect(stage.stageVariables).toEqual({ kept: '1', changed: 'canary' });
    expect(stage).not.toHaveProperty('canary');
  });

  it('ends with a rollback', async () => {
    const { restApiId, own, canary } = await stageWithCanary();
    await patch(restApiId, ...PROMOTION);
    await patch(restApiId, { op: 'replace', path: '/canarySettings/percentTraffic', value: '5' });
    // What was published before the promotion has the stage's own deployment too, and a canary.
    await published(admin, restApiId, 'dev', (one) => one.canary?.percentTraffic === 5);
    expect(await native('POST', restApiId, 'rollback')).toMatchObject({
      status: 200,
      body: { deploymentId: own },
    });
    const stage = await published(admin, restApiId, 'dev', (one) => one.deploymentId !== canary);
    expect(stage).not.toHaveProperty('canary');
  });

  it('takes a sticky name from the options of its stage; an HTTP API’s stage has no such option', async () => {
    const { restApiId } = await stageWithCanary();
    await native('PUT', restApiId, 'options', { canary: { stickyCookie: 'sid' } });
    await published(admin, restApiId, 'dev', (one) => one.canary?.sticky?.cookie === 'sid');
    const command = new CreateApiCommand({
      Name: 'h',
      ProtocolType: 'HTTP',
      Target: 'http://origin.example',
    });
    const { ApiId = '' } = await admin.http.send(command);
    expect(await native('PUT', ApiId, 'options', { canary: {} }, '$default')).toMatchObject({
      status: 400,
      body: { detail: 'Stages of HTTP APIs have no canary' },
    });
  });
});

describe('a canary that nodes report', () => {
  const limits = { maxErrorPercent: 10, windowSeconds: 60, minRequests: 20 };

  const tally = (calls: number, errors: number): CallTally => {
    const made = emptyTally();
    for (let i = 0; i < calls; i++) countCall(made, i < errors ? 502 : 200, 10);
    return made;
  };

  const report = (node: number, apiId: string, deploymentId: string, calls: number, errors: number) =>
    admin.controlPlane.record({
      nodeId: `node-${node}`,
      revision: 1,
      appliedAt: 0,
      startedAt: 0,
      faults: {},
      canaries: { [`${apiId}/dev`]: { deploymentId, canary: tally(calls, errors), base: tally(100, 0) } },
    });

  it('is aborted once for all nodes, and the user is told why', async () => {
    const { restApiId, own, canary } = await stageWithCanary();
    await native('PUT', restApiId, 'options', { canary: { autoAbort: limits } });
    await report(1, restApiId, canary, 10, 5);
    expect((await native('GET', restApiId, 'rollout')).body).toMatchObject({
      canary: { deploymentId: canary, percentTraffic: 10 },
    });
    await Promise.all([2, 3, 4].map((node) => report(node, restApiId, canary, 10, 5)));
    const { body } = await native('GET', restApiId, 'rollout');
    expect(body).not.toHaveProperty('canary');
    expect(body.endedCanary).toMatchObject({
      decision: 'abort',
      deploymentId: canary,
      reason: expect.stringMatching(
        /^errors above 10 %; in 60 s: \d+ of \d+ calls failed \(50 %\), p95 11 ms; the stage itself: 0 of \d+ calls failed/,
      ) as string,
    });
    const stage = await published(admin, restApiId, 'dev', (one) => one.canary === undefined);
    expect(stage.deploymentId).toBe(own);
    const shown = await admin.rest.send(new GetStageCommand({ restApiId, stageName: 'dev' }));
    expect(Object.keys(shown)).not.toContain('endedCanary');
  });

  it('whose counts are late, of a canary that is gone, does the next one no harm', async () => {
    const { restApiId, canary } = await stageWithCanary();
    await native('PUT', restApiId, 'options', { canary: { autoAbort: limits } });
    await report(1, restApiId, 'gone', 19, 19);
    await report(1, restApiId, canary, 19, 0);
    await report(1, restApiId, canary, 19, 0);
    expect((await native('GET', restApiId, 'rollout')).body).toMatchObject({
      canary: { deploymentId: canary },
    });
  });

  it('goes on where the options say nothing of its end', async () => {
    const { restApiId, canary } = await stageWithCanary();
    await report(1, restApiId, canary, 100, 100);
    expect((await native('GET', restApiId, 'rollout')).body).toMatchObject({
      canary: { deploymentId: canary },
    });
  });
});

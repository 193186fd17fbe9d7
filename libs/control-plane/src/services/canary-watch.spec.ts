/** When the control plane ends a canary, by a clock of the test. */
import { endCanary, type CanaryOptions, type RestStage } from '@gatehouse/catalog';
import { countCall, emptyTally } from '@gatehouse/platform';
import { CanaryWatch } from './canary-watch';
import type { RestStages } from './rest-stages';
import type { Workspace } from './workspace';

const LIMITS = { maxErrorPercent: 10, windowSeconds: 10, minRequests: 10 };

function watched(canary: CanaryOptions) {
  let now = 1_000_000;
  const stage: RestStage = {
    stageName: 'dev',
    deploymentId: 'own',
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: false,
    createdDate: 0,
    lastUpdatedDate: 0,
    variables: { a: '1' },
    canarySettings: {
      deploymentId: 'new',
      percentTraffic: 10,
      stageVariableOverrides: { a: '2' },
      useStageCache: false,
    },
    options: { canary },
  };
  const manager = { findOneBy: () => Promise.resolve({ document: stage, accountId: 'a', region: 'r' }) };
  const stages = {
    editStage: (...[, , , work]: Parameters<RestStages['editStage']>) => work(stage, { now } as never),
  };
  const watch = new CanaryWatch(
    { database: { manager } } as unknown as Workspace,
    stages as unknown as RestStages,
    () => now,
  );
  const report = async (calls: number, errors: number): Promise<void> => {
    const counts = emptyTally();
    for (let i = 0; i < calls; i++) countCall(counts, i < errors ? 500 : 200, 1);
    const canaries = { 'api/dev': { deploymentId: 'new', canary: counts, base: emptyTally() } };
    await watch.take({ nodeId: 'n', revision: 1, appliedAt: 0, startedAt: 0, faults: {}, canaries });
  };
  return { stage, report, pass: (seconds: number) => void (now += seconds * 1000) };
}

it('promotes after a whole good window: the canary’s deployment and variables are the stage’s', async () => {
  const { stage, report, pass } = watched({ autoPromote: LIMITS });
  for (let i = 0; i < 3; i++) {
    expect(stage.canarySettings).toBeDefined();
    await report(10, 0);
    pass(5);
  }
  expect(stage).toMatchObject({
    deploymentId: 'new',
    variables: { a: '2' },
    endedCanary: { decision: 'promote' },
  });
  expect(stage.canarySettings).toBeUndefined();
});

it('counts calls of the window only, also where another rule looks back further', async () => {
  const autoPromote = { ...LIMITS, maxErrorPercent: 0, windowSeconds: 60 };
  const { stage, report, pass } = watched({ autoAbort: LIMITS, autoPromote });
  await report(9, 9);
  pass(11);
  await report(9, 9);
  expect(stage.canarySettings).toBeDefined();
  pass(5);
  await report(1, 0);
  expect(stage.endedCanary).toMatchObject({ decision: 'abort' });
});

it('begins anew when the stage changes', async () => {
  const { stage, report, pass } = watched({ autoPromote: LIMITS });
  await report(10, 0);
  pass(9);
  stage.lastUpdatedDate = 1;
  await report(10, 0);
  pass(9);
  await report(10, 0);
  expect(stage.canarySettings).toBeDefined();
  pass(1);
  await report(10, 0);
  expect(stage.canarySettings).toBeUndefined();
});

it('leaves a stage without a canary as it is', () => {
  const { stage } = watched({});
  delete stage.canarySettings;
  const before = structuredClone(stage);
  endCanary(stage, { decision: 'promote', reason: '' }, 5);
  expect(stage).toEqual(before);
});

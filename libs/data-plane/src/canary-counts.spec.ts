import type { RequestOutcome } from '@gatehouse/engine';
import { CanaryCounts } from './canary-counts';

const outcome = (members: Partial<RequestOutcome>): RequestOutcome => ({
  accountId: 'a',
  apiId: 'api1',
  stage: 'dev',
  route: 'GET /',
  status: 200,
  latencyMs: 3,
  requestBytes: 0,
  responseBytes: 0,
  integrationLatencyMs: undefined,
  cacheResult: undefined,
  canary: undefined,
  ...members,
});

const canary = (isChosen: boolean, deploymentId = 'd2') => ({ canary: { deploymentId, isChosen } });

describe('counts of canaries', () => {
  const told: RequestOutcome[] = [];
  const counts = new CanaryCounts({ observe: (one) => void told.push(one) });
  beforeEach(() => {
    counts.take();
    told.length = 0;
  });

  it('are kept for each stage that has one, by side, and taken once; whoever counts all still does', () => {
    const seen = [
      outcome({}),
      outcome(canary(true)),
      outcome({ ...canary(true), status: 503 }),
      outcome(canary(false)),
      outcome({ ...canary(false), stage: 'prod' }),
    ];
    for (const one of seen) counts.observe(one);
    expect(told).toEqual(seen);
    const nothing = { calls: 0, errors: 0 };
    expect(counts.take()).toMatchObject({
      'api1/dev': { deploymentId: 'd2', canary: { calls: 2, errors: 1 }, base: { calls: 1, errors: 0 } },
      'api1/prod': { deploymentId: 'd2', canary: nothing, base: { calls: 1, errors: 0 } },
    });
    expect(counts.take()).toEqual({});
  });

  it('of a canary do not go to the one that replaced it', () => {
    for (let i = 0; i < 3; i++) counts.observe(outcome({ ...canary(true, 'old'), status: 500 }));
    counts.observe(outcome(canary(true, 'new')));
    expect(counts.take()).toMatchObject({
      'api1/dev': { deploymentId: 'new', canary: { calls: 1, errors: 0 } },
    });
  });
});

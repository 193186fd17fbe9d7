/** What a canary needs of others: results of authorizers that are not the stage's, and what is live for both deployments. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestApiGraph, RestStage } from '@gatehouse/catalog';
import { restToSnapshot, type Live, type Owner } from './to-snapshot';

interface Input {
  readonly owner: Owner;
  readonly graph: RestApiGraph;
  readonly stage: RestStage;
  readonly canaryGraph: RestApiGraph;
}

const read = (name: string): Input =>
  JSON.parse(readFileSync(join(__dirname, `../testdata/${name}.in.json`), 'utf8')) as Input;

function revisions(stageVariableOverrides?: Record<string, string>): [own: unknown, canary: unknown] {
  const { owner, graph, stage } = read('rest-authorizers');
  const canarySettings = {
    percentTraffic: 1,
    deploymentId: stage.deploymentId,
    useStageCache: false,
    ...(stageVariableOverrides && { stageVariableOverrides }),
  };
  const { snapshot } = restToSnapshot(owner, graph, { ...stage, canarySettings });
  const of = (authorizers: object = {}): unknown =>
    Object.values(authorizers as Record<string, { revision?: string }>).flatMap(
      ({ revision }) => revision ?? [],
    );
  return [of(snapshot.authorizers), of(snapshot.canary?.deployed?.authorizers)];
}

it('results of authorizers are shared with the stage only where their functions see the same variables', () => {
  const [own, plain] = revisions();
  expect(own).not.toEqual([]);
  expect(plain).toEqual(own);
  const [, other] = revisions({ function: 'next' });
  const [, another] = revisions({ function: 'after-next' });
  expect(new Set([own, other, another].map((one) => JSON.stringify(one))).size).toBe(3);
});

describe('routes that only the canary has', () => {
  /** The stage's own deployment has no route with AWS_IAM or an API key. */
  function translated(live: Live) {
    const { owner, graph, stage, canaryGraph } = read('rest-canary');
    const isRoot = ([id]: [string, unknown]): boolean => id === graph.api.rootResourceId;
    const resources = Object.fromEntries(Object.entries(graph.resources).filter(isRoot));
    return restToSnapshot(owner, { ...graph, resources }, stage, live, canaryGraph).snapshot;
  }

  it('take signatures of the users of the account', () => {
    const user = { accessKeyId: 'AK', sealedSecret: '', accountId: '1', userId: 'u', arn: 'a', policies: [] };
    expect(translated({ principals: [user] }).principals).toEqual([user]);
  });

  it('are limited by usage plans for each method', () => {
    const keys = [{ keyId: 'k1', usagePlanId: 'p1', value: 'v'.repeat(20) }];
    const methods = { '/orders/ANY': { rateLimit: 1, burstLimit: 2 } };
    const { apiKeys } = translated({ apiKeys: { salt: 's', keys, plans: { p1: { methods } } } });
    expect(apiKeys?.plans).toEqual({ p1: { routes: { 'ANY /orders': { rate: 1, burst: 2 } } } });
  });
});

it('nothing goes to a canary whose deployment is not known', () => {
  const { owner, graph, stage } = read('rest-canary');
  expect(restToSnapshot(owner, graph, stage).snapshot.canary).not.toHaveProperty('deployed');
});

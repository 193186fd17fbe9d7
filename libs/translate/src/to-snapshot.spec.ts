/**
 * Golden documents: `testdata/{name}.in.json` (owner, graph, stage) must translate to `{name}.out.json`.
 * `UPDATE_GOLDEN=1` writes the outputs anew (then `npm run format`); the diff is read by a person.
 */
import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createRestApi,
  putIntegration,
  putMethod,
  type HttpApiGraph,
  type HttpStage,
  type RestApiGraph,
  type RestStage,
} from '@gatehouse/catalog';
import { decodePart, encodePart, type PrincipalSnapshot } from '@gatehouse/snapshot';
import fc from 'fast-check';
import { takesSignatures } from './takes-signatures';
import { httpToSnapshot, restToSnapshot, type Owner, type Translated } from './to-snapshot';

type Input =
  | {
      readonly about: string;
      readonly owner: Owner;
      readonly graph: RestApiGraph;
      readonly stage: RestStage;
      readonly canaryGraph?: RestApiGraph;
    }
  | {
      readonly about: string;
      readonly owner: Owner;
      readonly graph: HttpApiGraph;
      readonly stage: HttpStage;
    };

const DIRECTORY = join(__dirname, '../testdata');
const isUpdating = process.env.UPDATE_GOLDEN === '1';
const read = (file: string): unknown => JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8'));
const names = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.in.json'))
  .map((file) => file.replace('.in.json', ''));

function translate(input: Input): Translated {
  return input.graph.kind === 'REST'
    ? restToSnapshot(input.owner, input.graph, input.stage as RestStage, {}, canaryGraphOf(input))
    : httpToSnapshot(input.owner, input.graph, input.stage as HttpStage);
}

function canaryGraphOf(input: Input): RestApiGraph | undefined {
  return 'canaryGraph' in input ? input.canaryGraph : undefined;
}

describe.each(names)('%s', (name) => {
  const input = read(`${name}.in.json`) as Input;

  it('translates to its golden document', () => {
    const actual: unknown = JSON.parse(JSON.stringify(translate(input)));
    if (isUpdating)
      writeFileSync(join(DIRECTORY, `${name}.out.json`), JSON.stringify(actual, null, 2) + '\n');
    expect(actual).toEqual(read(`${name}.out.json`));
  });

  it('changes nothing of what it reads', () => {
    const before = structuredClone(input);
    translate(input);
    expect(input).toEqual(before);
  });

  it('has the same bytes whatever the order in which its parts were stored', () => {
    const turned = JSON.parse(JSON.stringify(input), (_key, value: unknown) => reversed(value)) as Input;
    expect(encodePart(translate(turned).snapshot).hash).toBe(encodePart(translate(input).snapshot).hash);
  });

  it('is a part that reads back as it was written', () => {
    const { snapshot } = translate(input);
    expect(decodePart(encodePart(snapshot))).toEqual(snapshot);
  });
});

/** An object with its members in the opposite order; everything else as it is. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).reverse());
}

it('has an output for each input and no other', () => {
  const outputs = readdirSync(DIRECTORY).filter((file) => file.endsWith('.out.json'));
  expect(outputs).toEqual(names.map((name) => `${name}.out.json`));
  expect(existsSync(join(DIRECTORY, 'rest-orders.in.json'))).toBe(true);
});

it('never throws on user data: any text in any template, mapping or address becomes part of the snapshot', () => {
  const stage = (read('rest-orders.in.json') as Input).stage as RestStage;
  const texts = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
  fc.assert(
    fc.property(fc.webUrl(), texts, texts, fc.string(), (uri, requestTemplates, requestParameters, verb) => {
      const graph = createRestApi({ name: 'fuzz' }, { apiId: 'a1', rootResourceId: 'r1' }, 1);
      putMethod(graph, 'r1', 'ANY', { authorizationType: 'NONE' });
      const input = { type: 'HTTP', integrationHttpMethod: verb || 'GET', uri };
      Object.assign(putIntegration(graph, 'r1', 'ANY', { ...input, requestTemplates }), {
        requestParameters,
      });
      const { snapshot, problems } = restToSnapshot({ accountId: '0', region: 'us-east-1' }, graph, stage);
      expect(snapshot.routes[0]?.integration).toMatchObject({ uri, requestTemplates, requestParameters });
      expect(problems).toEqual([]);
    }),
  );
});

const restStage = (): RestStage => (read('rest-orders.in.json') as Input).stage as RestStage;
const OWNER = { accountId: '111111111111', region: 'us-east-1' };

function guarded(input: object): Translated {
  const graph = createRestApi({ name: 'guarded', ...input }, { apiId: 'a1', rootResourceId: 'r1' }, 1);
  putMethod(graph, 'r1', 'GET', { authorizationType: 'AWS_IAM' });
  putIntegration(graph, 'r1', 'GET', { type: 'MOCK' });
  return restToSnapshot(OWNER, graph, restStage());
}

it('keeps what a method asks for beside a resource policy and in a private API', () => {
  for (const input of [{ policy: '{}' }, { endpointConfiguration: { types: ['PRIVATE'] } }]) {
    const { snapshot, problems } = guarded(input);
    expect(snapshot.routes.map(({ authorization }) => authorization)).toEqual([{ type: 'AWS_IAM' }]);
    expect(problems).toEqual([]);
  }
  expect(guarded({ endpointConfiguration: { types: ['PRIVATE'] } }).snapshot.isPrivate).toBe(true);
  expect(guarded({}).snapshot).not.toHaveProperty('isPrivate');
});

it('writes the API’s ARN for `execute-api:/` in resources alone', () => {
  const whole = 'arn:aws:execute-api:us-east-1:111111111111:a1/';
  const statement = {
    Sid: 'execute-api:/',
    Condition: { StringLike: { 'aws:UserAgent': 'execute-api:/*' } },
  };
  const policy = {
    Statement: [{ ...statement, Resource: 'execute-api:/*', NotResource: ['x', 'execute-api:/dev/GET/'] }],
  };
  expect(JSON.parse(guarded({ policy: JSON.stringify(policy) }).snapshot.resourcePolicy ?? '')).toEqual({
    Statement: [{ ...statement, Resource: `${whole}*`, NotResource: ['x', `${whole}dev/GET/`] }],
  });
});

it('gives a function authorizer another revision with every change of it and every flush of its stage', () => {
  const input = read('rest-authorizers.in.json') as Input & { graph: RestApiGraph; stage: RestStage };
  const revision = (changes: object = {}, token?: string): unknown => {
    const graph = structuredClone(input.graph);
    Object.assign(graph.authorizers.tok001 ?? {}, changes);
    const stage = { ...input.stage, ...(token && { authorizersCacheToken: token }) };
    return restToSnapshot(input.owner, graph, stage).snapshot.authorizers?.tok001;
  };
  const revisions = [revision(), revision({ identitySource: 'x' }), revision({}, 'a'), revision({}, 'b')].map(
    (one) => (one as { revision: string }).revision,
  );
  expect(new Set(revisions).size).toBe(4);
  expect(revision()).toEqual(revision());
});

describe('keys of usage plans', () => {
  const graph = (): RestApiGraph => createRestApi({ name: 'k' }, { apiId: 'a1', rootResourceId: 'r1' }, 1);
  const keys = [
    { keyId: 'k2', usagePlanId: 'p1', value: 'value-of-the-second-key' },
    { keyId: 'k1', usagePlanId: 'p2', value: 'value-of-the-first-key' },
  ];

  it('are published in order, as HMACs under the salt of the stage, and never as values', () => {
    const { snapshot } = restToSnapshot(OWNER, graph(), restStage(), { apiKeys: { salt: 'salt', keys } });
    const hmac = (value: string): string => createHmac('sha256', 'salt').update(value).digest('base64url');
    expect(snapshot.apiKeys).toEqual({
      salt: 'salt',
      keys: [
        { keyId: 'k1', usagePlanId: 'p2', hmac: hmac('value-of-the-first-key') },
        { keyId: 'k2', usagePlanId: 'p1', hmac: hmac('value-of-the-second-key') },
      ],
    });
    expect(JSON.stringify(snapshot)).not.toContain('value-of');
  });

  it('are absent where no key opens the stage', () => {
    const { snapshot } = restToSnapshot(OWNER, graph(), restStage(), { apiKeys: { salt: 'salt', keys: [] } });
    expect(snapshot).not.toHaveProperty('apiKeys');
  });
});

describe('users', () => {
  const user = (accessKeyId: string): PrincipalSnapshot => ({
    accessKeyId,
    sealedSecret: 's',
    accountId: '111111111111',
    userId: 'u',
    arn: 'arn:aws:iam::111111111111:user/u',
    policies: [],
  });
  const live = { principals: [user('B'), user('A')] };

  it.each(['rest-authorizers', 'http-authorizers'])(
    'are published in order with signed routes: %s',
    (name) => {
      const input = read(`${name}.in.json`) as Input;
      const { snapshot } =
        input.graph.kind === 'REST'
          ? restToSnapshot(input.owner, input.graph, input.stage as RestStage, live)
          : httpToSnapshot(input.owner, input.graph, input.stage as HttpStage, live);
      expect(snapshot.principals).toEqual([user('A'), user('B')]);
      expect(takesSignatures(input.graph)).toBe(true);
    },
  );

  it('are absent without', () => {
    const input = read('rest-problems.in.json') as Input & { graph: RestApiGraph };
    expect(takesSignatures(input.graph)).toBe(false);
    expect(restToSnapshot(input.owner, input.graph, restStage(), live).snapshot).not.toHaveProperty(
      'principals',
    );
  });
});

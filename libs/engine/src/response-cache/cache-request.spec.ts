import fc from 'fast-check';
import type { IntegrationSnapshot, RouteCacheSnapshot } from '@gatehouse/snapshot';
import { NOBODY, type Authorization, type Exchange } from '../exchange';
import type { StageFacts } from '../program';
import { compileCacheRequest } from './cache-request';
import { KeyStarts } from './key-starts';

const FACTS = { apiId: 'a', stage: 'prod', deploymentId: 'd' } as StageFacts;
const QUERY = ['q', 'r'];
const ROUTE: RouteCacheSnapshot = {
  ...{ ttlSeconds: 300, namespace: 'n', invalidation: 'ignore' },
  keyParameters: QUERY.map((name) => `method.request.querystring.${name}`),
};

const by = (principalId: string): Authorization => ({
  ...{ by: 'function', principalId, context: {}, claims: undefined, scopes: undefined },
  ...{ latencyMs: 0, usageIdentifierKey: undefined, text: undefined },
});
const AUTHORIZERS = [undefined, by('ann'), by('bob')];
const IDENTITIES = [NOBODY, { ...NOBODY, apiKeyId: 'k' }, { ...NOBODY, accountId: 'k' }];
/** What connections send again and again is one list. */
const HEADERS = [[], ['Accept', 'a'], ['Cookie', 'a'], ['Content-Type', 'a']].map((headers) => ({
  ...{ headers, fields: { keyed: undefined, asked: undefined } },
}));

interface Request extends Pick<Exchange, 'method' | 'path' | 'apiPath' | 'authorizer' | 'identity'> {
  readonly host: string;
  readonly secure: boolean;
  readonly shown: (typeof HEADERS)[number];
  readonly q: readonly string[];
  readonly r: readonly string[];
}

const request: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom('/a', '/a/a', '/1 4 /a', '/b'),
  apiPath: fc.constantFrom('/a', '/a/a', '/prod/a', '/a 1'),
  q: fc.array(fc.constantFrom('', 'a', '1:a'), { maxLength: 2 }),
  r: fc.array(fc.constantFrom('', 'a', '1:a'), { maxLength: 2 }),
  host: fc.constantFrom('h', 'i'),
  secure: fc.boolean(),
  shown: fc.constantFrom(...HEADERS),
  authorizer: fc.constantFrom(...AUTHORIZERS),
  identity: fc.constantFrom(...IDENTITIES),
});

function exchangeOf({ host, secure, shown, q, r, ...others }: Request): Exchange {
  const query = new Map(Object.entries({ q, r }).filter(([, values]) => values.length > 0));
  const { headers, fields } = shown;
  const sent = [...query].flatMap(([name, values]) => values.map((value) => `${name}=${value}`)).join('&');
  const request = { host, secure, headers, query: sent };
  return { ...others, query, fields, hasBody: false, request } as unknown as Exchange;
}

function keysOf(sharedAcrossCallers: boolean): (asked: Request) => string {
  const stage = { revision: '', sharedAcrossCallers };
  const compiled = compileCacheRequest(new KeyStarts(), FACTS, {} as IntegrationSnapshot, ROUTE, stage);
  return (asked) => compiled.key(exchangeOf(asked)) as string;
}

it('is none of two requests that read alike where one part follows another', () => {
  const keyOf = keysOf(false);
  const [shown] = HEADERS as [(typeof HEADERS)[number]];
  const plain = { method: 'GET', host: 'h', secure: false, shown, authorizer: undefined, identity: NOBODY };
  const keys = [
    { path: '/a', apiPath: '/b', q: ['/c0:'], r: [] },
    { path: '/a/b1:4:', apiPath: '/c', q: [], r: [] },
    { path: '/a', apiPath: '/b1:4:/c', q: [], r: [] },
  ].map((one) => keyOf({ ...plain, ...one }));
  expect(new Set(keys).size).toBe(keys.length);
});

it.each([false, true])(
  'is one key for two requests where all that it stands for is the same; shared over callers: %s',
  (sharedAcrossCallers) => {
    const keyOf = keysOf(sharedAcrossCallers);
    const standsFor = ({ shown, authorizer, identity, ...others }: Request): string => {
      const isShown = !sharedAcrossCallers || shown.headers[0] !== 'Cookie';
      const caller = sharedAcrossCallers
        ? []
        : [AUTHORIZERS.indexOf(authorizer), IDENTITIES.indexOf(identity)];
      return JSON.stringify([others, isShown ? shown.headers : [], caller]);
    };
    const keys = new Map<string, string>();
    const meanings = new Map<string, string>();
    fc.assert(
      fc.property(fc.array(request, { minLength: 10, maxLength: 20 }), (all) => {
        for (const one of all) {
          // A head that is sent again has the host of before in it.
          const asked = { ...one, host: one.shown.headers.length === 0 ? one.host : 'h' };
          const [made, meant] = [keyOf(asked), standsFor(asked)];
          expect(keys.get(meant) ?? made).toBe(made);
          expect(meanings.get(made) ?? meant).toBe(meant);
          keys.set(meant, made);
          meanings.set(made, meant);
          if (asked.shown.headers.length === 0) asked.shown.fields.keyed = undefined;
        }
      }),
      { numRuns: 500 },
    );
  },
);

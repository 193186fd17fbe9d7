import { readStageOptions } from './stage-options';
import { bad, refusal } from './testing/graphs';

describe('options of a stage', () => {
  it.each([
    [{}],
    [{ authorizers: {}, limits: {} }],
    [{ authorizers: { staleOnErrorSeconds: 86_400, errorTtlSeconds: 0, rsaOnly: false } }],
    [{ limits: { onStoreFailure: 'deny', headers: true } }],
    [{ cache: { sharedAcrossCallers: true, honoursOrigin: false, staleIfErrorSeconds: 5 } }],
    [{ canary: { stickyCookie: 'sid', autoAbort: { maxP95Ms: 500, windowSeconds: 5, minRequests: 1 } } }],
  ])('take %j as it is', (document) => {
    expect(readStageOptions(document)).toEqual(document);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ cors: {} }, 'Unknown option cors. Known are: authorizers, cache, limits, canary'],
    [
      { authorizers: { ttl: 1 } },
      'Unknown option authorizers.ttl. Known are: staleOnErrorSeconds, errorTtlSeconds, rsaOnly',
    ],
    [{ authorizers: { constructor: 1 } }, 'Unknown option authorizers.constructor.'],
    [{ authorizers: [] }, 'authorizers must be an object'],
    [{ authorizers: null }, 'authorizers must be an object'],
    [
      { authorizers: { errorTtlSeconds: 61 } },
      'authorizers.errorTtlSeconds must be a whole number from 0 to 60',
    ],
    [{ authorizers: { staleOnErrorSeconds: 1.5 } }, 'authorizers.staleOnErrorSeconds must be a whole number'],
    [{ authorizers: { rsaOnly: 'yes' } }, 'authorizers.rsaOnly must be true or false'],
    [{ limits: { onStoreFailure: 'open' } }, 'limits.onStoreFailure must be one of local, allow, deny'],
    [{ canary: { stickyHeader: 'x user' } }, 'canary.stickyHeader must be a name of 1 to 128 characters'],
    [
      { canary: { stickyHeader: 'a', stickyCookie: 'b' } },
      'canary can be sticky by a header or by a cookie, not by both',
    ],
    [{ canary: { autoAbort: 5 } }, 'canary.autoAbort must be an object'],
    [
      { canary: { autoAbort: { errors: 5 } } },
      'canary.autoAbort has no member errors. Known are: maxErrorPercent',
    ],
    [
      { canary: { autoAbort: { maxErrorPercent: 5, minRequests: 1 } } },
      'canary.autoAbort needs windowSeconds, a whole number from 5 to 3600',
    ],
    [
      { canary: { autoPromote: { maxErrorPercent: 101, windowSeconds: 5, minRequests: 1 } } },
      'canary.autoPromote needs maxErrorPercent, a number from 0 to 100',
    ],
    [
      { canary: { autoPromote: { windowSeconds: 5, minRequests: 1 } } },
      'canary.autoPromote needs maxErrorPercent or maxP95Ms',
    ],
  ])('refuse %j', (document, message) => {
    expect(refusal(() => readStageOptions(document))).toContain(bad(message));
  });

  it('refuse what only looks like a known section', () => {
    const document = JSON.parse('{"__proto__": {}}') as Record<string, unknown>;
    expect(refusal(() => readStageOptions(document))).toContain(bad('Unknown option __proto__'));
  });
});

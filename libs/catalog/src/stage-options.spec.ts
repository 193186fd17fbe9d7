import { readStageOptions } from './stage-options';
import { bad, refusal } from './testing/graphs';

describe('options of a stage', () => {
  it.each([
    [{}],
    [{ authorizers: {}, limits: {} }],
    [{ authorizers: { staleOnErrorSeconds: 86_400, errorTtlSeconds: 0, rsaOnly: false } }],
    [{ limits: { onStoreFailure: 'deny', headers: true } }],
    [{ cache: { sharedAcrossCallers: true, honoursOrigin: false, staleIfErrorSeconds: 5 } }],
  ])('take %j as it is', (document) => {
    expect(readStageOptions(document)).toEqual(document);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ cors: {} }, 'Unknown option cors. Known are: authorizers, cache, limits'],
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
  ])('refuse %j', (document, message) => {
    expect(refusal(() => readStageOptions(document))).toContain(bad(message));
  });

  it('refuse what only looks like a known section', () => {
    const document = JSON.parse('{"__proto__": {}}') as Record<string, unknown>;
    expect(refusal(() => readStageOptions(document))).toContain(bad('Unknown option __proto__'));
  });
});

import { bad, missing, refusal } from '../testing/graphs';
import { updateUsagePlan } from './usage-plan-patch';
import { newUsagePlan, type CreateUsagePlanInput, type UsagePlan } from './usage-plans';

const STAGE = { apiId: 'a1', stage: 'dev' };
const plan = (input: Partial<CreateUsagePlanInput> = {}): UsagePlan =>
  newUsagePlan({ name: 'gold', apiStages: [STAGE], ...input }, 'p1');

describe('a new usage plan', () => {
  it('has no member that was not given', () => {
    expect(newUsagePlan({ name: 'gold' }, 'p1')).toEqual({ id: 'p1', name: 'gold', apiStages: [] });
  });

  it('keeps what was given; the burst may be above the rate', () => {
    const given = {
      description: 'd',
      throttle: { rateLimit: 10.5, burstLimit: 20 },
      quota: { limit: 5, offset: 27, period: 'MONTH' },
      apiStages: [{ ...STAGE, throttle: { '/orders/GET': { rateLimit: 1, burstLimit: 0 } } }],
      tags: { team: 'a' },
    };
    expect(plan(given)).toMatchObject(given);
    expect(plan({ quota: { limit: 1, period: 'DAY' } }).quota).toEqual({
      limit: 1,
      offset: 0,
      period: 'DAY',
    });
  });

  it.each<[string, Partial<CreateUsagePlanInput>, string]>([
    ['a blank name', { name: '' }, 'name cannot be blank'],
    ['half a stage', { apiStages: [{ apiId: 'a1' }] }, 'Invalid API Stage specified'],
    ['a stage twice', { apiStages: [STAGE, STAGE] }, 'already in this usage plan'],
    ['a negative rate', { throttle: { rateLimit: -1 } }, 'Rate limit must not be negative'],
    ['half a burst', { throttle: { burstLimit: 0.5 } }, 'Burst limit must be a whole number'],
    [
      'a negative burst of a method',
      { apiStages: [{ ...STAGE, throttle: { '/GET': { burstLimit: -1 } } }] },
      'Burst limit',
    ],
    [
      'limits of 21 methods',
      {
        apiStages: [
          { ...STAGE, throttle: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`/${i}/GET`, {}])) },
        ],
      },
      'at most 20 methods',
    ],
    ['a quota without period', { quota: { limit: 1 } }, 'Valid options are DAY,WEEK,MONTH'],
    [
      'a quota by inherited name',
      { quota: { limit: 1, period: 'toString' } },
      'Valid options are DAY,WEEK,MONTH',
    ],
    ['a quota of nothing', { quota: { limit: 0, period: 'DAY' } }, 'Quota limit'],
    ['a quota without limit', { quota: { period: 'DAY' } }, 'Quota limit'],
    ['an offset of a day', { quota: { limit: 1, period: 'DAY', offset: 1 } }, 'between 0 and 0'],
    ['an offset beyond a week', { quota: { limit: 1, period: 'WEEK', offset: 7 } }, 'between 0 and 6'],
    ['an offset beyond a month', { quota: { limit: 1, period: 'MONTH', offset: 28 } }, 'between 0 and 27'],
    ['a reserved tag', { tags: { 'aws:x': '' } }, 'reserved'],
  ])('may not have %s', (_what, input, message) => {
    const answer = refusal(() => plan(input));
    expect(answer).toMatch(/^BadRequestException/);
    expect(answer).toContain(message);
  });
});

type Patch = readonly [op: string, path: string, value?: string];

const patched = (patches: readonly Patch[], input: Partial<CreateUsagePlanInput> = {}): UsagePlan => {
  const changed = plan(input);
  updateUsagePlan(
    changed,
    patches.map(([op, path, value]) => ({ op, path, ...(value !== undefined && { value }) })),
  );
  return changed;
};

describe('patches of a usage plan', () => {
  it.each<[Patch[], object]>([
    [[['replace', '/name', 'x']], { name: 'x' }],
    [[['replace', '/description', 'x']], { description: 'x' }],
    [[['add', '/productCode', 'x']], { productCode: 'x' }],
    [[['replace', '/throttle/rateLimit', '2.5']], { throttle: { rateLimit: 2.5 } }],
    [
      [
        ['replace', '/throttle/burstLimit', '100'],
        ['add', '/throttle/rateLimit', '200'],
      ],
      { throttle: { burstLimit: 100, rateLimit: 200 } },
    ],
    [
      [
        ['replace', '/quota/period', 'WEEK'],
        ['replace', '/quota/limit', '5000'],
        ['replace', '/quota/offset', '6'],
      ],
      { quota: { limit: 5000, offset: 6, period: 'WEEK' } },
    ],
    [[['add', '/apiStages', 'b2:prod']], { apiStages: [STAGE, { apiId: 'b2', stage: 'prod' }] }],
    [[['remove', '/apiStages', 'a1:dev']], { apiStages: [] }],
  ])('%j', (patches, wanted) => {
    expect(patched(patches)).toMatchObject(wanted);
  });

  it.each([
    ['/apiStages/a1:dev/throttle/~1orders~1{id}/GET/rateLimit', '/orders/{id}/GET'],
    ['/apiStages/a1:dev/throttle//orders/{id}/GET/rateLimit', '/orders/{id}/GET'],
    ['/apiStages/a1:dev/throttle/orders/GET/rateLimit', '/orders/GET'],
    ['/apiStages/a1:dev/throttle/~1/GET/rateLimit', '//GET'],
    ['/apiStages/a1:dev/throttle/~1x~0y/GET/rateLimit', '/x~y/GET'],
  ])('limit a method by %s', (path, key) => {
    const burst = path.replace('rateLimit', 'burstLimit');
    const [stage] = patched([
      ['replace', path, '5'],
      ['replace', burst, '7'],
    ]).apiStages;
    expect(stage?.throttle).toEqual({ [key]: { rateLimit: 5, burstLimit: 7 } });
  });

  it('take limits off a method, a stage, the plan', () => {
    const limited = {
      throttle: { rateLimit: 1 },
      quota: { limit: 1, period: 'DAY' },
      apiStages: [{ ...STAGE, throttle: { '/a/GET': { rateLimit: 1 }, '/b/GET': { rateLimit: 2 } } }],
    };
    const at = '/apiStages/a1:dev/throttle';
    expect(patched([['remove', `${at}/~1a/GET`]], limited).apiStages[0]?.throttle).toEqual({
      '/b/GET': { rateLimit: 2 },
    });
    const both: Patch[] = [
      ['remove', `${at}/~1a/GET`],
      ['remove', `${at}/~1b/GET`],
    ];
    expect(patched(both, limited).apiStages).toEqual([STAGE]);
    expect(patched([['remove', at]], limited).apiStages).toEqual([STAGE]);
    const bare = patched(
      [
        ['remove', '/throttle'],
        ['remove', '/quota'],
        ['remove', '/apiStages', 'a1:dev'],
      ],
      limited,
    );
    expect(bare).toEqual({ id: 'p1', name: 'gold', apiStages: [] });
  });

  it('keep a method of an inherited name as data', () => {
    const path = '/apiStages/a1:dev/throttle/__proto__/GET/rateLimit';
    expect(Object.keys(patched([['add', path, '1']]).apiStages[0]?.throttle ?? {})).toEqual([
      '/__proto__/GET',
    ]);
  });

  const REMOVE =
    '[/apiStages, /quota, /throttle, /productCode, /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, /apiStages/<apidId:stageName>/throttle]';
  const unknownStage = (apiId: string, stage: string) =>
    missing(`Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan p1`);

  it.each<[Patch, string]>([
    [['remove', '/apiStages'], bad('Invalid API Stage specified')],
    [['remove', '/apiStages', 'fakevalue'], bad('Invalid API Stage specified')],
    [['remove', '/apiStages', 'a1b:dev'], unknownStage('a1b', 'dev')],
    [['remove', '/apiStages', 'a1:fake'], unknownStage('a1', 'fake')],
    [['replace', '/apiStages/x:dev/throttle/~1a/GET/rateLimit', '1'], unknownStage('x', 'dev')],
    [
      ['remove', '/apiStages/a1:dev'],
      bad(`Invalid patch path  '/apiStages/a1:dev' specified for op 'remove'. Must be one of: ${REMOVE}`),
    ],
    [
      ['copy', '/name', 'x'],
      bad("Invalid patch path  '/name' specified for op 'copy'. Please choose supported operations"),
    ],
    [['replace', '/name', ''], bad('Usage plan name cannot be blank')],
    [['replace', '/throttle/rateLimit', 'many'], bad('Rate limit must not be negative')],
    [['replace', '/throttle/burstLimit', ''], bad('Burst limit must be a whole number and not negative')],
    [
      ['replace', '/quota/limit', '5'],
      bad('Invalid quota period specified. Valid options are DAY,WEEK,MONTH'),
    ],
    [['remove', '/apiStages/a1:dev/throttle/~1a/GET'], bad('Invalid method /a/GET specified')],
  ])('refuse %j', (patch, answer) => {
    expect(refusal(() => patched([patch]))).toBe(answer);
  });
});

import fc from 'fast-check';
import { newId, parseResourceArn } from './identifiers';

const seeded = (bytes: readonly number[]) => (count: number) =>
  Uint8Array.from({ length: count }, (_, i) => bytes[i % bytes.length] ?? 0);

describe('an id', () => {
  it('is of the asked length, begins with a letter and can be a host label, whatever the random bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(255), { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        (bytes, length) => {
          const id = newId(seeded(bytes), length);
          expect(id).toMatch(/^[a-z][a-z0-9]*$/);
          expect(id).toHaveLength(length);
        },
      ),
    );
  });
});

describe('an ARN of the control plane', () => {
  it.each([
    ['arn:aws:apigateway:us-east-1::/restapis/a1', { kind: 'rest-api', apiId: 'a1' }],
    ['arn:aws:apigateway:us-east-1::/restapis/a1/stages/s', { kind: 'rest-stage', apiId: 'a1', stage: 's' }],
    ['arn:aws:apigateway:us-east-1::/apis/a1', { kind: 'http-api', apiId: 'a1' }],
    [
      'arn:aws:apigateway:us-east-1::/apis/a1/stages/$default',
      { kind: 'http-stage', apiId: 'a1', stage: '$default' },
    ],
    ['arn:aws:apigateway:us-east-1::/apikeys/k1', { kind: 'api-key', id: 'k1' }],
    ['arn:aws:apigateway:us-east-1::/usageplans/p1', { kind: 'usage-plan', id: 'p1' }],
    ['arn:aws-cn:apigateway:us-east-1:123456789012:/apis/a1', { kind: 'http-api', apiId: 'a1' }],
  ])('%s names %j', (arn, expected) => {
    expect(parseResourceArn(arn, 'us-east-1')).toEqual(expected);
  });

  it.each([
    '',
    'a1',
    'arn:aws:apigateway:eu-west-1::/restapis/a1',
    'arn:aws:lambda:us-east-1::/restapis/a1',
    'arn:aws:apigateway:us-east-1::restapis/a1',
    'arn:aws:apigateway:us-east-1::/restapis/',
    'arn:aws:apigateway:us-east-1::/restapis/a1/',
    'arn:aws:apigateway:us-east-1::/restapis/a1/resources/r',
    'arn:aws:apigateway:us-east-1::/apikeys/k/x',
    'x arn:aws:apigateway:us-east-1::/apis/a1',
  ])('%j names nothing of ours', (arn) => {
    expect(parseResourceArn(arn, 'us-east-1')).toBeUndefined();
  });
});

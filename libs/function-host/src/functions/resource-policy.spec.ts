import { allowsService, isArnLike, statementOf, type PermissionInput } from './resource-policy';

const source = 'arn:aws:execute-api:us-east-1:123456789012:api/dev/GET/pets';
const permission: PermissionInput = {
  StatementId: 's',
  Action: 'lambda:InvokeFunction',
  Principal: 'apigateway.amazonaws.com',
};
const allows = (more: Partial<PermissionInput>, sourceArn: string | undefined = source): boolean =>
  allowsService(
    {
      statements: [
        statementOf({ ...permission, ...more }, 'arn:aws:lambda:us-east-1:123456789012:function:f'),
      ],
      revisionId: 'r',
    },
    { service: 'apigateway.amazonaws.com', action: 'lambda:InvokeFunction', ...(sourceArn && { sourceArn }) },
  );

it.each<[string, Partial<PermissionInput>, boolean]>([
  ['no condition', {}, true],
  ['any principal', { Principal: '*' }, true],
  ['another service', { Principal: 's3.amazonaws.com' }, false],
  ['an account', { Principal: '123456789012' }, false],
  ['all actions', { Action: 'lambda:*' }, true],
  ['another action', { Action: 'lambda:GetFunction' }, false],
  ['this source', { SourceArn: source }, true],
  ['any method and path', { SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:api/*' }, true],
  ['another API', { SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:apj/*' }, false],
  ['its account', { SourceAccount: '123456789012' }, true],
  ['another account', { SourceAccount: '210987654321' }, false],
  ['source and another account', { SourceArn: source, SourceAccount: '210987654321' }, false],
  ['a condition that is not known here', { PrincipalOrgID: 'o-1234567890' }, false],
])('a statement with %s', (_what, more, allowed) => {
  expect(allows(more)).toBe(allowed);
});

it('a call without a source meets no statement that names one', () => {
  expect(allows({ SourceArn: 'arn:aws:execute-api:*:*:*' }, '')).toBe(false);
});

it('nothing is allowed without a policy', () => {
  expect(allowsService(undefined, { service: 'a', action: 'b' })).toBe(false);
});

it.each([
  ['arn:aws:execute-api:us-east-1:1:api/*/GET/*', 'arn:aws:execute-api:us-east-1:1:api/dev/GET/a/b', true],
  ['arn:aws:execute-api:us-east-1:1:api/*/GET/?', 'arn:aws:execute-api:us-east-1:1:api/dev/GET/ab', false],
  ['arn:aws:execute-api:*:1:api/x', 'arn:aws:execute-api:us-east-1:1:api/x', true],
  ['arn:aws:*', 'arn:aws:execute-api:us-east-1:1:api/x', false],
  ['*', 'arn:aws:execute-api:us-east-1:1:api/x', true],
  ['arn:aws:execute-api:us-east-1:1:a*b*c', 'arn:aws:execute-api:us-east-1:1:aXbXbXc', true],
  ['arn:aws:execute-api:us-east-1:1:a*b*c', 'arn:aws:execute-api:us-east-1:1:aXbXbX', false],
  ['arn:aws:execute-api:us-east-1:1:a', 'arn:aws:execute-api:us-east-1:1:a/b', false],
])('%s is like %s: %s', (pattern, arn, expected) => {
  expect(isArnLike(pattern, arn)).toBe(expected);
});

import { newAccount, updateAccount } from './account';
import { bad, refusal } from './testing/graphs';

const ROLE = 'arn:aws:iam::000000000000:role/logs';
const patched = (op: string, path: string, value?: string) => {
  const account = newAccount();
  updateAccount(account, [{ op, path, ...(value !== undefined && { value }) }]);
  return account;
};

it('begins with AWS’s limits and no role', () => {
  expect(newAccount()).toEqual({
    throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
    features: ['UsagePlans'],
    apiKeyVersion: '4',
  });
});

it('takes a role, and gives it up for an empty value', () => {
  const account = patched('replace', '/cloudwatchRoleArn', ROLE);
  expect(account.cloudwatchRoleArn).toBe(ROLE);
  updateAccount(account, [{ op: 'replace', path: '/cloudwatchRoleArn', value: '' }]);
  expect(account).not.toHaveProperty('cloudwatchRoleArn');
});

it('adds a feature once', () => {
  expect(patched('add', '/features', 'UsagePlans').features).toEqual(['UsagePlans']);
  expect(patched('add', '/features', 'x').features).toEqual(['UsagePlans', 'x']);
});

it.each([
  ['replace', '/cloudwatchRoleArn', 'role', bad('Invalid ARN. ARN is not well formed role')],
  ['add', '/cloudwatchRoleArn', ROLE, bad('Invalid patch operation specified. Must be one of: [replace]')],
  ['replace', '/throttleSettings/rateLimit', '1', bad('Invalid patch path /throttleSettings/rateLimit')],
])('refuses %s %s %s', (op, path, value, expected) => {
  expect(refusal(() => patched(op, path, value))).toBe(expected);
});

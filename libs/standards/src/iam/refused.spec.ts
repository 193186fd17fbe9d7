import { parsePolicy } from './index';

const good = { Effect: 'Allow', Action: '*', Resource: '*' };
const policy = (...statements: unknown[]) => ({ Version: '2012-10-17', Statement: statements });
const one = (members: object) => policy({ ...good, ...members });
const without = (name: string) =>
  policy(Object.fromEntries(Object.entries(good).filter(([key]) => key !== name)));
const when = (Condition: unknown) => one({ Condition });
const deny = (members: object) => one({ Effect: 'Deny', ...members });

it('the statement that the others change is read', () =>
  expect(typeof parsePolicy(policy(good))).toBe('object'));

describe('the document', () => {
  it.each<[string, unknown, string]>([
    ['a text that is no JSON', '{', 'the policy is no JSON'],
    ['an empty text', '', 'the policy is no JSON'],
    ['JSON of a text', '"{}"', 'the policy must be an object'],
    ['null', null, 'the policy must be an object'],
    ['nothing', undefined, 'the policy must be an object'],
    ['a number', 7, 'the policy must be an object'],
    ['a list', [policy(good)], 'the policy must be an object'],
    ['an empty object', {}, 'the policy has no Statement'],
    [
      'an unknown version',
      { ...policy(good), Version: '2012-10-18' },
      'Version must be 2012-10-17 or 2008-10-17',
    ],
    [
      'a version that is no text',
      { ...policy(good), Version: 20121017 },
      'Version must be 2012-10-17 or 2008-10-17',
    ],
    ['an element in another case', { version: '2012-10-17' }, 'the policy has an unknown element: version'],
    [
      'an unknown element',
      { ...policy(good), Statements: [] },
      'the policy has an unknown element: Statements',
    ],
    ['an Id that is no text', { ...policy(good), Id: 1 }, 'Id must be a text'],
    ['Statement null', { Statement: null }, 'statement 1: it must be an object'],
    ['a statement that is a text', policy(good, 'x'), 'statement 2: it must be an object'],
    ['a statement that is a list', policy([good]), 'statement 1: it must be an object'],
    [
      'a prototype as a member',
      '{"__proto__":{"Statement":[]}}',
      'the policy has an unknown element: __proto__',
    ],
    ['inherited members', Object.create(policy(good)), 'the policy has no Statement'],
    [
      'a member twice',
      '{"Statement":[],"Id":"a","Statement":[]}',
      'an object has the member Statement twice',
    ],
    [
      'an effect twice',
      '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Effect":"Allow"}}',
      'an object has the member Effect twice',
    ],
    [
      'a member twice, around an object',
      '{"Id":"a","Statement":{},"Id":"b"}',
      'an object has the member Id twice',
    ],
    ['a member twice, once escaped', '{"Id":"{","\\u0049d":"b"}', 'an object has the member Id twice'],
    [
      'too many characters',
      JSON.stringify({ ...policy(good), Id: 'x'.repeat(20_480) }),
      'the policy must be JSON of at most 20,480 characters',
    ],
    [
      'too many characters of an object',
      { Id: 'x'.repeat(20_480) },
      'the policy must be JSON of at most 20,480 characters',
    ],
    [
      'endless nesting',
      '['.repeat(50_000) + ']'.repeat(50_000),
      'the policy must be JSON of at most 20,480 characters',
    ],
  ])('%s is refused', (_, document, message) => expect(parsePolicy(document)).toBe(message));
});

describe('a statement', () => {
  it.each<[string, unknown, string]>([
    ['no Effect', without('Effect'), 'Effect must be Allow or Deny'],
    ['an Effect in lower case', one({ Effect: 'allow' }), 'Effect must be Allow or Deny'],
    ['an Effect in a list', one({ Effect: ['Allow'] }), 'Effect must be Allow or Deny'],
    ['no Action', without('Action'), 'it needs Action or NotAction'],
    ['no Resource', without('Resource'), 'it needs Resource or NotResource'],
    ['a name in another case', one({ condition: {} }), 'it has an unknown element: condition'],
    ['a member of objects', one({ constructor: 'x' }), 'it has an unknown element: constructor'],
    ['a Sid that is no text', one({ Sid: 1 }), 'Sid must be a text'],
    ['Action and NotAction', one({ NotAction: 's3:*' }), 'Action and NotAction exclude each other'],
    [
      'Resource and NotResource',
      one({ NotResource: 'arn:*' }),
      'Resource and NotResource exclude each other',
    ],
    [
      'Principal and NotPrincipal',
      deny({ Principal: '*', NotPrincipal: '*' }),
      'Principal and NotPrincipal exclude each other',
    ],
    ['an empty text as Action', one({ Action: '' }), 'Action must be a text or a list of texts'],
    ['a number as Action', one({ Action: 1 }), 'Action must be a text or a list of texts'],
    ['null among actions', one({ Action: ['*', null] }), 'Action must be a text or a list of texts'],
    ['no actions', one({ Action: [] }), 'Action is an empty list'],
    ['an action without a prefix', one({ Action: 'Invoke' }), 'there is no action Invoke'],
    [
      'an action with a space',
      one({ Action: 'execute-api: Invoke' }),
      'there is no action execute-api: Invoke',
    ],
    [
      'an action with a variable',
      one({ Action: 's3:${aws:username}' }),
      'there is no action s3:${aws:username}',
    ],
    ['no resources', one({ Resource: [] }), 'Resource is an empty list'],
    ['an object as Resource', one({ Resource: {} }), 'Resource must be a text or a list of texts'],
    [
      'a variable without an end',
      one({ Resource: 'arn:${aws:x' }),
      'a variable has no closing brace: arn:${aws:x',
    ],
    ['a variable without a name', one({ Resource: 'arn:${}' }), '${} is no variable: arn:${}'],
    ['a variable with spaces', one({ Resource: '${ aws:x }' }), '${ aws:x } is no variable: ${ aws:x }'],
    ['a default without quotes', one({ Resource: '${aws:x, y}' }), '${aws:x, y} is no variable: ${aws:x, y}'],
    ['a variable in a variable', one({ Resource: '${a:${b:c}}' }), '${a:${b:c} is no variable: ${a:${b:c}}'],
    ['NotPrincipal that allows', one({ NotPrincipal: '*' }), 'NotPrincipal needs Effect Deny'],
    ['a text as Principal', one({ Principal: '123456789012' }), 'Principal must be * or an object'],
    ['a list as Principal', one({ Principal: ['*'] }), 'Principal must be an object'],
    ['null as Principal', one({ Principal: null }), 'Principal must be an object'],
    ['Principal of nobody', one({ Principal: {} }), 'Principal names nobody'],
    ['NotPrincipal of nobody', deny({ NotPrincipal: {} }), 'NotPrincipal names nobody'],
    ['no principals of a kind', one({ Principal: { AWS: [] } }), 'Principal.AWS is an empty list'],
    ['an unknown kind', one({ Principal: { Aws: '*' } }), 'Principal has an unknown kind: Aws'],
    ['a kind of objects', one({ Principal: { toString: '*' } }), 'Principal has an unknown kind: toString'],
    [
      'a number as service',
      one({ Principal: { Service: 5 } }),
      'Principal.Service must be a text or a list of texts',
    ],
    [
      'an account that is too short',
      one({ Principal: { AWS: '12345' } }),
      'Principal has no account, user or role: 12345',
    ],
    [
      'a wildcard in a user',
      one({ Principal: { AWS: 'arn:aws:iam::123456789012:user/*' } }),
      'Principal has no account, user or role: arn:aws:iam::123456789012:user/*',
    ],
    [
      'a wildcard as account',
      deny({ NotPrincipal: { AWS: 'arn:aws:iam::*:root' } }),
      'NotPrincipal has no account, user or role: arn:aws:iam::*:root',
    ],
  ])('%s is refused', (_, document, message) =>
    expect(parsePolicy(document)).toBe(`statement 1: ${message}`),
  );
});

describe('a condition', () => {
  it.each<[string, unknown, string]>([
    ['a list', [], 'Condition must be an object'],
    ['null', null, 'Condition must be an object'],
    ['an operator without an object', { Bool: 'true' }, 'Bool must be an object'],
    ['an unknown operator', { StringEqual: { 'a:b': 'c' } }, 'there is no condition operator StringEqual'],
    ['an unknown operator without keys', { StringEqual: {} }, 'there is no condition operator StringEqual'],
    [
      'an operator in another case',
      { stringEquals: { 'a:b': 'c' } },
      'there is no condition operator stringEquals',
    ],
    ['an operator of objects', { constructor: { 'a:b': 'c' } }, 'there is no condition operator constructor'],
    ['IfExists alone', { IfExists: { 'a:b': 'c' } }, 'there is no condition operator IfExists'],
    [
      'IfExists twice',
      { BoolIfExistsIfExists: { 'a:b': 'c' } },
      'there is no condition operator BoolIfExistsIfExists',
    ],
    [
      'an unknown set operator',
      { 'ForSomeValues:Bool': {} },
      'there is no condition operator ForSomeValues:Bool',
    ],
    ['a set operator alone', { 'ForAnyValue:': {} }, 'there is no condition operator ForAnyValue:'],
    ['NullIfExists', { NullIfExists: { 'a:b': 'true' } }, 'there is no condition operator NullIfExists'],
    [
      'Null of a set',
      { 'ForAnyValue:Null': { 'a:b': 'true' } },
      'there is no condition operator ForAnyValue:Null',
    ],
    ['Null of another value', { Null: { 'a:b': 'yes' } }, 'Null can only compare with true and false'],
    [
      'a key without a prefix',
      { Bool: { SecureTransport: 'true' } },
      'a condition key needs a prefix, as in aws:SourceIp: SecureTransport',
    ],
    ['an empty key', { Bool: { '': 'true' } }, 'a condition key needs a prefix, as in aws:SourceIp: '],
    ['a key twice', { Bool: { 'aws:A': 'true', 'AWS:a': 'false' } }, 'Bool names a key twice'],
    ['no values', { StringNotEquals: { 'a:b': [] } }, 'a:b is an empty list'],
    [
      'null as value',
      { StringEquals: { 'a:b': null } },
      'a:b must be compared with texts, numbers or booleans',
    ],
    [
      'an object as value',
      { StringEquals: { 'a:b': [{}] } },
      'a:b must be compared with texts, numbers or booleans',
    ],
    ['a text as number', { NumericEquals: { 'a:b': 'ten' } }, 'NumericEquals cannot compare with "ten"'],
    ['an empty text as number', { NumericEquals: { 'a:b': '' } }, 'NumericEquals cannot compare with ""'],
    [
      'a number without an end',
      { NumericLessThan: { 'a:b': '1e999' } },
      'NumericLessThan cannot compare with "1e999"',
    ],
    ['a text as date', { DateLessThan: { 'a:b': 'today' } }, 'DateLessThan cannot compare with "today"'],
    [
      'a time without a zone',
      { DateLessThan: { 'a:b': '2024-01-01T00:00:00' } },
      'DateLessThan cannot compare with "2024-01-01T00:00:00"',
    ],
    [
      'the 30th of February',
      { DateLessThan: { 'a:b': '2024-02-30T00:00:00Z' } },
      'DateLessThan cannot compare with "2024-02-30T00:00:00Z"',
    ],
    ['a month of 13', { DateLessThan: { 'a:b': '2024-13' } }, 'DateLessThan cannot compare with "2024-13"'],
    [
      'the 24th hour',
      { DateLessThan: { 'a:b': '2024-01-01T24:00:00Z' } },
      'DateLessThan cannot compare with "2024-01-01T24:00:00Z"',
    ],
    ['yes as boolean', { Bool: { 'a:b': 'yes' } }, 'Bool cannot compare with "yes"'],
    ['one of two booleans', { Bool: { 'a:b': ['true', 1] } }, 'Bool cannot compare with "1"'],
    [
      'bytes that are not base64',
      { BinaryEquals: { 'a:b': 'a b' } },
      'BinaryEquals cannot compare with "a b"',
    ],
    ['half a base64', { BinaryEquals: { 'a:b': 'QUJ' } }, 'BinaryEquals cannot compare with "QUJ"'],
    [
      'an ARN of five parts',
      { ArnLike: { 'a:b': 'arn:aws:sns:*:*' } },
      'ArnLike cannot compare with "arn:aws:sns:*:*"',
    ],
    [
      'a block that is too wide',
      { IpAddress: { 'a:b': '10.0.0.0/33' } },
      'IpAddress cannot compare with "10.0.0.0/33"',
    ],
    [
      'a block of leading zeros',
      { IpAddress: { 'a:b': '10.0.0.01/8' } },
      'IpAddress cannot compare with "10.0.0.01/8"',
    ],
    [
      'a block with two slashes',
      { IpAddress: { 'a:b': '10.0.0.0/8/8' } },
      'IpAddress cannot compare with "10.0.0.0/8/8"',
    ],
    [
      'a block without a length',
      { NotIpAddress: { 'a:b': '10.0.0.0/' } },
      'NotIpAddress cannot compare with "10.0.0.0/"',
    ],
    ['a byte of 256', { IpAddress: { 'a:b': '256.0.0.1' } }, 'IpAddress cannot compare with "256.0.0.1"'],
    ['three bytes', { IpAddress: { 'a:b': '10.0.0' } }, 'IpAddress cannot compare with "10.0.0"'],
    ['IPv6 with two gaps', { IpAddress: { 'a:b': '1::2::3' } }, 'IpAddress cannot compare with "1::2::3"'],
    [
      'IPv6 of nine groups',
      { IpAddress: { 'a:b': '1:2:3:4:5:6:7:8:9' } },
      'IpAddress cannot compare with "1:2:3:4:5:6:7:8:9"',
    ],
    [
      'IPv6 of eight groups and a gap',
      { IpAddress: { 'a:b': '1:2:3:4::5:6:7:8' } },
      'IpAddress cannot compare with "1:2:3:4::5:6:7:8"',
    ],
    [
      'IPv6 with a zone',
      { IpAddress: { 'a:b': 'fe80::1%eth0' } },
      'IpAddress cannot compare with "fe80::1%eth0"',
    ],
    [
      'a variable as address',
      { IpAddress: { 'a:b': '${aws:SourceIp}' } },
      'IpAddress takes no variables: ${aws:SourceIp}',
    ],
    ['a variable as boolean', { Bool: { 'a:b': '${aws:x}' } }, 'Bool takes no variables: ${aws:x}'],
    [
      'a variable as number',
      { NumericEquals: { 'a:b': '${aws:x}' } },
      'NumericEquals takes no variables: ${aws:x}',
    ],
    ['a broken variable', { StringLike: { 'a:b': '${aws:x' } }, 'a variable has no closing brace: ${aws:x'],
  ])('%s is refused', (_, condition, message) =>
    expect(parsePolicy(when(condition))).toBe(`statement 1: ${message}`),
  );
});

it('of the allowed size are white space between and the limit itself', () => {
  const fill = 20_480 - JSON.stringify({ ...policy(good), Id: '' }).length;
  const largest = { ...policy(good), Id: 'x'.repeat(fill) };
  expect(typeof parsePolicy(JSON.stringify(largest, null, 8))).toBe('object');
  expect(typeof parsePolicy({ ...largest, Id: `${largest.Id}x` })).toBe('string');
});

it('the old version has no variables that could be broken', () => {
  expect(typeof parsePolicy({ Statement: { ...good, Resource: 'arn:${' } })).toBe('object');
});

it('members of one name in different objects are not twice', () => {
  const text = JSON.stringify(policy({ ...good, Sid: '{"Sid":"Sid"}' }, { ...good, Sid: 'Sid' }));
  expect(typeof parsePolicy(text)).toBe('object');
});

/**
 * What an authorizer may answer that is no leave to pass, most of it one slip away from one. `policy` and `simple` are sound
 * answers of the two forms; each shape spoils one of them.
 */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { policyOf } from '../testing/authority';

const policy = policyOf('Allow', '*');
const simple = { isAuthorized: true };
export const SOUND = { policy: JSON.stringify(policy), simple: JSON.stringify(simple) } as const;
export type Form = keyof typeof SOUND;

/** Where the text is what is wrong, or how it is sent. */
export type Shape = readonly [name: string, answer: string | Buffer | ((answer: ServerResponse) => void)];

type Members = Readonly<Record<string, unknown>>;
const [statement] = policy.policyDocument.Statement;
const json = JSON.stringify;
const without = (members: Members, name: string): Members =>
  Object.fromEntries(Object.entries(members).filter(([known]) => known !== name));
const inDocument = (policyDocument: unknown): string => json({ ...policy, policyDocument });
const withStatement = (Statement: unknown): string => inDocument({ Version: '2012-10-17', Statement });
const withElements = (elements: Members): string => withStatement([{ ...statement, ...elements }]);
const withoutElement = (name: string): string => withStatement([without(statement ?? {}, name)]);

const sent =
  (status: number, text: string | Buffer, headers: Record<string, string> = {}) =>
  (answer: ServerResponse): void =>
    void answer.writeHead(status, headers).end(text);

/** Of either form; `sound` is the one that is due. */
function ofBoth(sound: string): Shape[] {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  return [
    ['nothing', ''],
    ['white space', ' \r\n\t'],
    ['no JSON', 'Allow'],
    ['null', 'null'],
    ['true', 'true'],
    ['a number', '1'],
    ['a text of the result', json(sound)],
    ['a list of the result', `[${sound}]`],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['a byte order mark before it', `\uFEFF${sound}`],
    ['the last byte missing', sound.slice(0, -1)],
    ['half of it', sound.slice(0, sound.length / 2)],
    ['a brace too many', `${sound}}`],
    ['two results', sound + sound],
    ['single quotes', sound.replaceAll('"', "'")],
    ['a comma at its end', sound.replace(/\}$/, ',}')],
    ['a comment before it', `/* ok */${sound}`],
    ['UTF-16', Buffer.from(sound, 'utf16le')],
    ['a zero byte behind it', `${sound}\0`],
    ['more than a megabyte', sound.replace('{', `{${' '.repeat(1024 * 1024)}`)],
    ['lists nested 100,000 times', deep],
    ['the result below a member', `{"result":${sound}}`],
    ['the result as body of a proxy answer', json({ statusCode: 200, body: sound })],
    ['what a failed function says', json({ errorMessage: 'x', errorType: 'Error' })],
    ['the result below __proto__', `{"__proto__":${sound}}`],
    ['a form, URL encoded', 'isAuthorized=true&principalId=ann'],
    ['status 500', sent(500, sound)],
    ['status 403', sent(403, sound)],
    ['status 404', sent(404, sound)],
    ['status 201', sent(201, sound)],
    ['status 204', sent(204, '')],
    ['status 206', sent(206, sound)],
    ['a redirect to one that allows', sent(302, sound, { location: '/allow' })],
    ['gzip', sent(200, gzipSync(sound), { 'content-encoding': 'gzip' })],
    ['fewer bytes than announced', short(sound)],
    ['a connection that breaks', (answer) => void answer.destroy()],
    ['what is no HTTP', (answer) => void answer.socket?.end('OK, let them in\r\n\r\n')],
  ];
}

function short(sound: string): (answer: ServerResponse) => void {
  return (answer) => {
    answer.writeHead(200, { 'content-length': String(sound.length + 1) });
    answer.write(sound, () => answer.destroy());
  };
}

function ofPolicies(): Shape[] {
  const document = json(policy.policyDocument);
  return [
    ['no principal', json(without(policy, 'principalId'))],
    ['a principal that is a number', json({ ...policy, principalId: 7 })],
    ['a principal that is null', json({ ...policy, principalId: null })],
    ['no policy', json({ principalId: 'ann' })],
    ['a policy that is null', inDocument(null)],
    ['a list of policies', inDocument([policy.policyDocument])],
    ['a policy that is true', inDocument(true)],
    ['a yes where a policy is due', json({ principalId: 'ann', ...simple })],
    ['a version that there is not', inDocument({ ...policy.policyDocument, Version: '2030-01-01' })],
    ['a member that policies do not have', inDocument({ ...policy.policyDocument, Default: 'Deny' })],
    [
      'members in lower case',
      json(policy).replaceAll(/"(Version|Statement|Effect|Action|Resource)"/g, lower),
    ],
    ['no Statement', inDocument({ Version: '2012-10-17' })],
    ['no statements', withStatement([])],
    ['a Statement that is a text', withStatement('Allow')],
    ['a Statement that is JSON in a text', withStatement(json([statement]))],
    ['a list in the list of statements', withStatement([[statement]])],
    ['null beside a statement', withStatement([statement, null])],
    ['Effect allow', withElements({ Effect: 'allow' })],
    ['Effect ALLOW', withElements({ Effect: 'ALLOW' })],
    ['Effect with a space', withElements({ Effect: 'Allow ' })],
    ['a list of effects', withElements({ Effect: ['Allow'] })],
    ['no Effect', withoutElement('Effect')],
    ['no Action', withoutElement('Action')],
    ['another service’s Action', withElements({ Action: 's3:GetObject' })],
    ['an Action without a service', withElements({ Action: 'Invoke' })],
    ['an empty list of actions', withElements({ Action: [] })],
    ['NotAction of every action', withStatement([{ ...without(statement ?? {}, 'Action'), NotAction: '*' }])],
    ['no Resource', withoutElement('Resource')],
    ['an empty Resource', withElements({ Resource: '' })],
    ['a Resource that is a number', withElements({ Resource: 1 })],
    ['another API’s Resource', withElements({ Resource: 'arn:aws:execute-api:*:*:other/*' })],
    ['Resource and NotResource', withElements({ NotResource: 'x' })],
    ['NotPrincipal', withElements({ NotPrincipal: { AWS: 'x' } })],
    ['a Principal that nobody is', withElements({ Principal: { AWS: 'arn:aws:iam::1:user/x' } })],
    ['a Condition that is a text', withElements({ Condition: 'none' })],
    ['a Condition on an unknown key', withElements({ Condition: { StringEquals: { 'my:key': 'x' } } })],
    ['a Condition by an unknown operator', withElements({ Condition: { Equals: { 'aws:x': 'x' } } })],
    [
      'a Condition on another address',
      withElements({ Condition: { IpAddress: { 'aws:SourceIp': '9.9.9.9' } } }),
    ],
    ['a member that statements do not have', withElements({ Conditions: {} })],
    ['an Allow and a Deny', withStatement([statement, { ...statement, Effect: 'Deny' }])],
    ['a context that is a list', json({ ...policy, context: [] })],
    ['a context that is a text', json({ ...policy, context: 'x' })],
    ['an object in the context', json({ ...policy, context: { a: { b: 1 } } })],
    ['a usage key that is an object', json({ ...policy, usageIdentifierKey: {} })],
    ['a policy beyond 20,480 characters', withElements({ Sid: 'x'.repeat(20_480) })],
    ['two policies', `{"principalId":"ann","policyDocument":${json(null)},"policyDocument":${document}}`],
    ['two effects', json(policy).replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"')],
    ['a second effect in disguise', json(policy).replace('"Effect"', '"\\u0045ffect":"Deny","Effect"')],
  ];
}

function lower(name: string): string {
  return name.toLowerCase();
}

function ofYesAndNo(): Shape[] {
  const shapes: [string, unknown][] = [
    ['a no', { isAuthorized: false }],
    ['a yes in a text', { isAuthorized: 'true' }],
    ['a one', { isAuthorized: 1 }],
    ['an empty list', { isAuthorized: [] }],
    ['a yes in a list', { isAuthorized: [true] }],
    ['an object', { isAuthorized: {} }],
    ['null', { isAuthorized: null }],
    ['a yes in lower case', { isauthorized: true }],
    ['a yes in upper case', { IsAuthorized: true }],
    ['a policy where a yes is due', policy],
    ['a context that is a list', { ...simple, context: [] }],
    ['a context that is a text', { ...simple, context: 'x' }],
  ];
  return [
    ...shapes.map(([name, result]) => [`as yes: ${name}`, json(result)] as const),
    ['a no and a yes', '{"isAuthorized":false,"isAuthorized":true}'],
  ];
}

export const SHAPES: Readonly<Record<Form, readonly Shape[]>> = {
  policy: [...ofBoth(SOUND.policy), ...ofPolicies()],
  simple: [...ofBoth(SOUND.simple), ...ofYesAndNo()],
};

import fc from 'fast-check';
import { parsePolicy, verdictOf, type AccessRequest, type Caller, type Policy } from './index';

const arnOf = (name: string) => `arn:aws:iam::123456789012:user/${name}`;
const callers = fc.constantFrom<(Caller | undefined)[]>(
  undefined,
  { accountId: '123456789012', arn: arnOf('a'), userId: 'A' },
  { accountId: '123456789012', arn: arnOf('b'), userId: 'B' },
  { accountId: '999999999999', arn: 'arn:aws:iam::999999999999:user/a', userId: 'C' },
);
/** Few letters, so that much matches. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 3 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), minLength: 1, maxLength: 4 });
const someOf = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 3 });

const context = fc
  .record(
    { 'aws:x': fc.array(word, { maxLength: 3 }), 'aws:y': fc.array(word, { maxLength: 1 }) },
    { requiredKeys: [] },
  )
  .map((keys) => new Map(Object.entries(keys)));
const request: fc.Arbitrary<AccessRequest> = fc.record({
  action: fc.constantFrom('s:a', 's:b', 's:ab'),
  resource: word.map((text) => `arn:aws:s:::${text}`),
  caller: callers,
  context,
});

const action = someOf(fc.constantFrom('*', 's:*', 's:a', 's:?', 's:b*', 't:*'));
const resource = someOf(
  fc.oneof(
    fc.constant('*'),
    pattern.map((text) => `arn:aws:s:::${text}`),
    fc.constantFrom('arn:aws:s:::${aws:x}', "arn:aws:s:::${aws:y, 'a'}*"),
  ),
);
const principal = fc.oneof(
  fc.constant('*'),
  fc.record({
    AWS: someOf(fc.constantFrom('123456789012', arnOf('a'), arnOf('b'), 'arn:aws:iam::999999999999:root')),
  }),
);
const operators = fc
  .tuple(
    fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'),
    fc.constantFrom('', 'IfExists'),
  )
  .map((parts) => parts.join(''));
const condition = fc.dictionary(
  fc.oneof(operators, fc.constant('StringLike')),
  fc.record(
    { 'aws:x': someOf(fc.oneof(pattern, fc.constant('${aws:y}'))), 'aws:y': someOf(pattern) },
    { requiredKeys: [] },
  ),
  { maxKeys: 2 },
);
const either = <T>(name: string, value: fc.Arbitrary<T>) =>
  fc.tuple(fc.constantFrom(name, `Not${name}`), value).map(([key, one]) => ({ [key]: one }));

const statementOf = (Effect: 'Allow' | 'Deny') =>
  fc
    .tuple(
      either('Action', action),
      either('Resource', resource),
      fc.oneof(
        fc.constant({}),
        Effect === 'Deny' ? either('Principal', principal) : principal.map((one) => ({ Principal: one })),
      ),
      fc.oneof(
        fc.constant({}),
        condition.map((Condition) => ({ Condition })),
      ),
    )
    .map((parts) => Object.assign({ Effect }, ...parts) as object);
const allow = statementOf('Allow');
const deny = statementOf('Deny');
const statements = fc.array(fc.oneof({ weight: 2, arbitrary: allow }, deny), { maxLength: 4 });
const documentOf = (list: readonly object[]) => ({ Version: '2012-10-17', Statement: list });

function read(document: unknown): Policy {
  const policy = parsePolicy(document);
  if (typeof policy === 'string') throw new Error(policy);
  return policy;
}
const verdict = (list: readonly object[], of: AccessRequest) => verdictOf([read(documentOf(list))], of);
const check = <T extends unknown[]>(property: fc.IProperty<T>) =>
  fc.assert(property, { numRuns: 2000, seed: 1 });

it('a policy says the same of a request, whatever it was asked before', () => {
  check(
    fc.property(statements, fc.array(request, { maxLength: 5 }), (list, requests) => {
      const policy = read(documentOf(list));
      for (const one of requests) expect(verdictOf([policy], one)).toBe(verdict(list, one));
    }),
  );
});

it('the policies below come to every verdict', () => {
  const samples = fc.sample(fc.tuple(statements, request), { numRuns: 2000, seed: 1 });
  const counts = { allow: 0, deny: 0, none: 0 };
  for (const [list, of] of samples) counts[verdict(list, of)]++;
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(100);
});

it('a Deny more never allows', () => {
  check(
    fc.property(statements, deny, fc.nat(4), request, (list, more, at, of) => {
      const after = verdict(list.toSpliced(at, 0, more), of);
      const before = verdict(list, of);
      expect(after === before || after === 'deny').toBe(true);
    }),
  );
});

it('an Allow less never allows', () => {
  check(
    fc.property(statements, allow, fc.nat(4), request, (list, less, at, of) => {
      const before = verdict(list.toSpliced(at, 0, less), of);
      const after = verdict(list, of);
      expect(after === before || (before === 'allow' && after === 'none')).toBe(true);
    }),
  );
});

it('neither the order of statements nor that of policies decides, nor how they are parted', () => {
  check(
    fc.property(statements, statements, request, (one, two, of) => {
      const policies = [read(documentOf(one)), read(documentOf(two))];
      const expected = verdictOf(policies, of);
      expect(verdictOf(policies.toReversed(), of)).toBe(expected);
      expect(verdict([...one, ...two].reverse(), of)).toBe(expected);
    }),
  );
});

it('a policy reads the same as text and as an object', () => {
  check(
    fc.property(statements, request, fc.nat(4), (list, of, indent) => {
      const text = JSON.stringify(documentOf(list), null, indent);
      expect(verdictOf([read(text)], of)).toBe(verdict(list, of));
    }),
  );
});

describe('the Not form', () => {
  const plain = { Effect: 'Deny', Action: '*', Resource: '*' };
  /** Whether a statement with this one member applies. */
  const applies = (name: string, value: unknown, of: AccessRequest) => {
    const base = Object.entries(plain).filter(([key]) => key !== name.replace('Not', ''));
    return verdict([{ ...Object.fromEntries(base), [name]: value }], of) === 'deny';
  };

  it.each<[string, fc.Arbitrary<unknown>]>([
    ['Action', action],
    ['Resource', resource],
  ])('of %s is the complement', (name, value) => {
    check(
      fc.property(value, request, (one, of) => {
        expect(applies(`Not${name}`, one, of)).toBe(!applies(name, one, of));
      }),
    );
  });

  it('of Principal is the complement of whose account is named too', () => {
    const users = someOf(fc.constantFrom(arnOf('a'), arnOf('b'), arnOf('c')));
    check(
      fc.property(users, request, (one, of) => {
        const spared = { AWS: [...one, '123456789012'] };
        expect(applies('NotPrincipal', spared, of)).toBe(!applies('Principal', { AWS: one }, of));
      }),
    );
  });

  it('of Principal never spares who is not named', () => {
    check(
      fc.property(principal, request, (one, of) => {
        expect(applies('NotPrincipal', one, of) || applies('Principal', one, of)).toBe(true);
      }),
    );
  });
});

it('any JSON value is a policy or a sentence, and nothing is thrown', () => {
  const names =
    'Version Id Statement Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition';
  const keys = fc.constantFrom(
    ...names.split(' '),
    'AWS',
    'Null',
    'Bool',
    'IpAddress',
    'aws:x',
    '__proto__',
    'constructor',
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.constantFrom<unknown[]>(null, true, 0, '', '*', 'Allow', 'Deny', '2012-10-17', '${', '123456789012'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(keys, tie('json'), { maxKeys: 6 }),
    ),
  }));
  const near = fc.record(
    {
      Version: fc.constantFrom('2012-10-17', '2008-10-17'),
      Statement: fc.record(
        {
          Effect: fc.constantFrom('Allow', 'Deny'),
          Action: json,
          Resource: json,
          Condition: json,
          Principal: json,
        },
        { requiredKeys: ['Effect'] },
      ),
    },
    { requiredKeys: ['Statement'] },
  );
  check(
    fc.property(fc.oneof(fc.jsonValue(), json, near), (value) => {
      for (const document of [value, JSON.stringify(value)]) {
        const result = parsePolicy(document);
        expect(typeof result === 'string' ? result.length : result.statements.length).toBeGreaterThanOrEqual(
          0,
        );
      }
    }),
  );
});

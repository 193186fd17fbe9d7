/** The golden table: what the IAM user guide's rules say of a request, case by case. `(unsure)`: the guide leaves it open. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parsePolicy, verdictOf, type AccessRequest, type Caller, type Policy, type Verdict } from './index';

interface Case {
  readonly about: string;
  readonly policies: readonly object[];
  readonly request: {
    readonly action: string;
    readonly resource: string;
    readonly caller?: Caller;
    readonly context: Readonly<Record<string, readonly string[]>>;
  };
  readonly verdict: Verdict;
}

const folder = join(__dirname, '../../testdata/iam');
const topics = readdirSync(folder)
  .sort()
  .map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[]] as const);
const all = topics.flatMap(([, cases]) => cases);

/** Context keys stand in the files as in the guide. */
function requestOf({ request: { caller, context, ...rest } }: Case): AccessRequest {
  const keys = Object.entries(context).map(([key, values]) => [key.toLowerCase(), values] as const);
  return { ...rest, caller, context: new Map(keys) };
}

function read(document: object): Policy {
  const policy = parsePolicy(document);
  if (typeof policy === 'string') throw new Error(policy);
  return policy;
}

describe.each(topics)('%s', (_, cases) => {
  it.each(cases.map((one) => [one.about, one.verdict, one] as const))('%s: %s', (_about, verdict, one) => {
    expect(verdictOf(one.policies.map(read), requestOf(one))).toBe(verdict);
  });
});

it('the table has 300 cases at least, and no two that ask the same', () => {
  expect(all.length).toBeGreaterThanOrEqual(300);
  const asked = all.map(({ policies, request }) => ({ policies, request }));
  const again = all.filter((_, i) => asked.slice(0, i).some((one) => isDeepStrictEqual(one, asked[i])));
  expect(again.map(({ about }) => about)).toEqual([]);
});

it('each topic names a case once, and the table has every verdict', () => {
  for (const [file, cases] of topics)
    expect([file, new Set(cases.map(({ about }) => about)).size]).toEqual([file, cases.length]);
  expect(new Set(all.map(({ verdict }) => verdict))).toEqual(new Set(['allow', 'deny', 'none']));
});

/**
 * The condition operators by name (IAM user guide, "IAM JSON policy elements: Condition operators"): what each makes of a
 * wanted value, and whether it is a difference. Names have their case, as the guide writes them.
 */
import { inBlock, parseBlock } from './ip-block';
import { dateOf, numberOf } from './scalars';
import type { Filled } from './variables';
import { arnMatcher, matchesPattern } from './wildcard';

export type Test = (given: string) => boolean;

export interface Comparison {
  readonly name: string;
  /** `undefined` = that is no value for this operator. A negated operator gives the test of what must not be. */
  readonly with: (wanted: Filled) => Test | undefined;
  readonly isNegated: boolean;
  /** Operators on texts and ARNs do (Access Analyzer, "Invalid variable for operator"). */
  readonly takesVariables: boolean;
}

type With = Comparison['with'];

const equals: With =
  ({ text }) =>
  (given) =>
    given === text;

const equalsIgnoringCase: With = ({ text }) => {
  const lower = text.toLowerCase();
  return (given) => given.toLowerCase() === lower;
};

const like: With =
  ({ pattern }) =>
  (given) =>
    matchesPattern(pattern, given);

const arnLike: With = ({ pattern }) => arnMatcher(pattern);

const bool: With = ({ text }) => {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? (given) => given.toLowerCase() === lower : undefined;
};

/** Both are base64; one value has one such text. */
const binary: With = ({ text }) =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
    ? (given) => given === text
    : undefined;

const ip: With = ({ text }) => {
  const block = parseBlock(text);
  return block && ((given) => inBlock(given, block));
};

/** Orders by what a text stands for; what stands for nothing compares with nothing. */
const ordered =
  (read: (text: string) => number | undefined, holds: (given: number, wanted: number) => boolean): With =>
  ({ text }) => {
    const wanted = read(text);
    if (wanted === undefined) return undefined;
    return (givenText) => {
      const given = read(givenText);
      return given !== undefined && holds(given, wanted);
    };
  };

const ORDERS = {
  Equals: (given: number, wanted: number) => given === wanted,
  LessThan: (given: number, wanted: number) => given < wanted,
  LessThanEquals: (given: number, wanted: number) => given <= wanted,
  GreaterThan: (given: number, wanted: number) => given > wanted,
  GreaterThanEquals: (given: number, wanted: number) => given >= wanted,
};

/** A map, so that `constructor` is no operator. */
const OPERATORS = new Map<string, Comparison>();

function define(name: string, make: With, options: Partial<Comparison> = {}): void {
  OPERATORS.set(name, { name, with: make, isNegated: false, takesVariables: false, ...options });
}

const text = { takesVariables: true };
const notText = { takesVariables: true, isNegated: true };
define('StringEquals', equals, text);
define('StringNotEquals', equals, notText);
define('StringEqualsIgnoreCase', equalsIgnoringCase, text);
define('StringNotEqualsIgnoreCase', equalsIgnoringCase, notText);
define('StringLike', like, text);
define('StringNotLike', like, notText);
for (const name of ['ArnEquals', 'ArnLike']) define(name, arnLike, text);
for (const name of ['ArnNotEquals', 'ArnNotLike']) define(name, arnLike, notText);
define('Bool', bool);
define('BinaryEquals', binary);
define('IpAddress', ip);
define('NotIpAddress', ip, { isNegated: true });
for (const [order, holds] of Object.entries(ORDERS)) {
  define(`Numeric${order}`, ordered(numberOf, holds));
  define(`Date${order}`, ordered(dateOf, holds));
}
define('NumericNotEquals', ordered(numberOf, ORDERS.Equals), { isNegated: true });
define('DateNotEquals', ordered(dateOf, ORDERS.Equals), { isNegated: true });

/** `undefined` = there is no such operator. */
export function comparison(name: string): Comparison | undefined {
  return OPERATORS.get(name);
}

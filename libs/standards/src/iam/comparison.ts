/** The condition operators by name: what each makes of a wanted value, and whether it is a difference. */
import { inBlock, parseBlock } from './ip-block';
import { arnWildcard } from './wildcard';
import { filledWildcard, plain } from './variables';

export type Test = (given: string) => boolean;

export interface Comparison {
  readonly name: string;
  /** `undefined` = that is no value for this operator. A negated operator gives the test of what must not be. */
  readonly with: (wanted: string) => Test | undefined;
  readonly isNegated: boolean;
  readonly takesVariables: boolean;
}

type With = Comparison['with'];

const equals: With = (wanted) => {
  const text = plain(wanted);
  return (given) => given === text;
};
const equalsIgnoringCase: With = (wanted) => {
  const text = plain(wanted).toLowerCase();
  return (given) => given.toLowerCase() === text;
};
const bool: With = (wanted) => {
  const text = wanted.toLowerCase();
  return text === 'true' || text === 'false' ? (given) => given.toLowerCase() === text : undefined;
};
const binary: With = (wanted) => (given) => given === wanted;

const ip: With = (wanted) => {
  const block = parseBlock(wanted);
  return block && ((given) => inBlock(given, block));
};

/** Orders by what a text stands for; what stands for nothing compares with nothing. */
const ordered =
  (read: (text: string) => number | undefined, holds: (given: number, wanted: number) => boolean): With =>
  (text) => {
    const wanted = read(text);
    if (wanted === undefined) return undefined;
    return (givenText) => {
      const given = read(givenText);
      return given !== undefined && holds(given, wanted);
    };
  };

function numberOf(text: string): number | undefined {
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** W3C ISO 8601 profile, or seconds since 1970. */
function dateOf(text: string): number | undefined {
  if (/^\d{9,}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?$/.test(text))
    return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

const ORDERS = {
  Equals: (given: number, wanted: number) => given === wanted,
  LessThan: (given: number, wanted: number) => given < wanted,
  LessThanEquals: (given: number, wanted: number) => given <= wanted,
  GreaterThan: (given: number, wanted: number) => given > wanted,
  GreaterThanEquals: (given: number, wanted: number) => given >= wanted,
};

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
define('StringLike', filledWildcard, text);
define('StringNotLike', filledWildcard, notText);
for (const name of ['ArnEquals', 'ArnLike']) define(name, arnWildcard, text);
for (const name of ['ArnNotEquals', 'ArnNotLike']) define(name, arnWildcard, notText);
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

/** `undefined` = there is no such operator. Names have their case. */
export function comparison(name: string): Comparison | undefined {
  return OPERATORS.get(name);
}

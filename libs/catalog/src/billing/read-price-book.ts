/** Rules of a price book. Every refusal names the member. */
import { badRequest } from '../fault';
import { CACHE_SIZES } from '../rest/cache-size';
import { DECIMAL_TEXT } from './amount';
import type { PriceBook } from './price-book';

/** Throws `BadRequestException` when the value at `path` is not what it should be. */
type Check = (path: string, value: unknown) => void;

const MOST_TIERS = 20;

/** Throws `BadRequestException`. */
export function readPriceBook(document: Readonly<Record<string, unknown>>): PriceBook {
  BOOK('', document);
  return document as unknown as PriceBook;
}

/** An object with all of these members and no other. */
function members(checks: Readonly<Record<string, Check>>): Check {
  const known = Object.keys(checks);
  return (path, value) => {
    const object = objectAt(path, value);
    const unknown = Object.keys(object).find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw badRequest(`Unknown member ${within(path, unknown)}. Known are: ${known.join(', ')}`);
    for (const [name, check] of Object.entries(checks)) {
      if (!Object.hasOwn(object, name)) throw badRequest(`${within(path, name)} is missing`);
      check(within(path, name), object[name]);
    }
  };
}

function within(path: string, name: string): string {
  if (!/^[A-Za-z]\w*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function objectAt(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw badRequest(`${path} must be an object`);
}

const currency: Check = (path, value) => {
  if (!Intl.supportedValuesOf('currency').includes(value as string))
    throw badRequest(`${path} must be a code of ISO 4217, such as USD`);
};

const price: Check = (path, value) => {
  if (typeof value !== 'string' || !DECIMAL_TEXT.test(value))
    throw badRequest(
      `${path} must be a decimal as text, such as "3.50", with up to 9 digits before and 10 behind the point`,
    );
};

const tiers: Check = (path, value) => {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_TIERS)
    throw badRequest(`${path} must be a list of 1 to ${MOST_TIERS} tiers`);
  const list: readonly unknown[] = value;
  let above = 0;
  for (const [i, one] of list.entries()) {
    const isLast = i === list.length - 1;
    members({ ...(!isLast && { upTo: border(above) }), price })(
      `${path}[${i}]`,
      openEnd(path, i, isLast, one),
    );
    above = (one as { upTo: number }).upTo;
  }
};

/** Says of the last tier in its own words that it has no end. */
function openEnd(path: string, i: number, isLast: boolean, tier: unknown): unknown {
  if (isLast && Object.hasOwn(objectAt(`${path}[${i}]`, tier), 'upTo'))
    throw badRequest(`${path}[${i}].upTo must be left out: the last tier is open`);
  return tier;
}

function border(above: number): Check {
  return (path, value) => {
    if (!Number.isSafeInteger(value) || (value as number) <= above)
      throw badRequest(`${path} must be a whole number above ${above}`);
  };
}

const BOOK = members({
  currency,
  calls: members({ REST: tiers, HTTP: tiers }),
  dataOut: tiers,
  cacheHours: members(Object.fromEntries(CACHE_SIZES.map((size) => [size, price]))),
  webSocket: members({ messages: tiers, connectionMinutes: tiers }),
});

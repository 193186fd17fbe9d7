/** Tuples that a careless cache key would take for one: the same characters, with the border elsewhere. */
import fc from 'fast-check';

export type Tuple = readonly [string, string];

const LENGTH = 10;
/** With characters that keys, lists and texts are often put together with. */
const whole = fc.string({
  unit: fc.constantFrom('a', 'b', '1', ':', ',', '|', '"', '\\'),
  minLength: LENGTH,
  maxLength: LENGTH,
});
const border = fc.integer({ min: 1, max: LENGTH - 1 });
const pair = fc
  .tuple(whole, border, border)
  .filter(([, one, other]) => one !== other)
  .map(([text, one, other]) => [cut(text, one), cut(text, other)] as const);

function cut(text: string, at: number): Tuple {
  return [text.slice(0, at), text.slice(at)];
}

export function randomPairs(count: number): (readonly [Tuple, Tuple])[] {
  return fc.sample(pair, count);
}

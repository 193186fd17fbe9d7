/** Claims of a token as integrations see them: texts, whatever they were. */
import type { Claims } from '../ports';

export function claimTexts(claims: Claims): Record<string, string> {
  const texts = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(claims)) texts[name] = textOf(value);
  return texts;
}

/** `[a b]` for a list, as AWS writes it. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A text, or the texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === 'string');
}

/** RFC 8693 4.2 (`scope`, separated by spaces) or `scp`. */
export function scopesOf({ scope, scp }: Claims): readonly string[] {
  return textsOf(scope ?? scp)
    .flatMap((text) => text.split(' '))
    .filter((one) => one !== '');
}

/** The JSON of a policy, before it is one. */
import { BadPolicy } from './bad-policy';

/**
 * IAM's limits hang on where a policy is attached: 2,048 to 10,240 characters on identities, 8,192 bytes on an API, 20 KB on a
 * bucket, white space not counted ("IAM and AWS STS quotas"). The widest of them bounds what one policy may cost.
 */
const MOST_CHARACTERS = 20_480;

/** `document`: JSON text, or what was parsed of one. Throws `BadPolicy`. */
export function jsonOf(document: unknown): unknown {
  const value = typeof document === 'string' ? parse(document) : document;
  if (sizeOf(value) > MOST_CHARACTERS)
    throw new BadPolicy('the policy must be JSON of at most 20,480 characters');
  return value;
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadPolicy('the policy is no JSON');
  }
  const key = repeatedMember(text);
  if (key !== undefined) throw new BadPolicy(`an object has the member ${key} twice`);
  return value;
}

/** What nests too deeply to be written has no end either. */
function sizeOf(value: unknown): number {
  try {
    return JSON.stringify(value)?.length ?? 0;
  } catch {
    return Infinity;
  }
}

/**
 * A name that an object of the JSON has twice. `JSON.parse` takes the last of two such members, so that an Allow could hide a
 * Deny. `text` is valid JSON.
 */
export function repeatedMember(text: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const [token, quoted, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:)?|[{}]/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    if (colon === undefined || quoted === undefined) continue;
    const key = JSON.parse(quoted) as string;
    const keys = objects.at(-1);
    if (keys?.has(key)) return key;
    keys?.add(key);
  }
  return undefined;
}

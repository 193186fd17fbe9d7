/** Tag rules: at most 50 a resource, keys up to 128 characters and not `aws:`, values up to 256 (AWS tagging limits). */
import { badRequest } from './fault';

export function requireTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > 50) throw badRequest('A resource can have at most 50 tags');
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128) throw badRequest('Tag keys must be 1 to 128 characters long');
    if (key.toLowerCase().startsWith('aws:')) throw badRequest('Tag keys that start with aws: are reserved');
    if (value.length > 256) throw badRequest('Tag values can be at most 256 characters long');
  }
}

/** `target.tags` with `added` merged in; the limits hold for the result. */
export function addTags(
  target: { tags?: Record<string, string> },
  added: Readonly<Record<string, string>>,
): void {
  const merged = { ...target.tags, ...added };
  requireTags(merged);
  target.tags = merged;
}

export function removeTags(target: { tags?: Record<string, string> }, keys: readonly string[]): void {
  const gone = new Set(keys);
  target.tags = Object.fromEntries(Object.entries(target.tags ?? {}).filter(([key]) => !gone.has(key)));
}

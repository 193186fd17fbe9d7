import { addTags, removeTags, requireTags } from './tags';
import { bad, refusal } from './testing/graphs';

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, '']));

it.each([{}, { a: '' }, { ['k'.repeat(128)]: 'v'.repeat(256) }, many(50), { 'my-aws:x': '' }])(
  'takes the tags %#',
  (tags) => {
    expect(refusal(() => requireTags(tags as Record<string, string>))).toBe('accepted');
  },
);

it.each<[Record<string, string>, string]>([
  [many(51), 'A resource can have at most 50 tags'],
  [{ '': 'v' }, 'Tag keys must be 1 to 128 characters long'],
  [{ ['k'.repeat(129)]: 'v' }, 'Tag keys must be 1 to 128 characters long'],
  [{ 'Aws:x': 'v' }, 'Tag keys that start with aws: are reserved'],
  [{ k: 'v'.repeat(257) }, 'Tag values can be at most 256 characters long'],
])('refuses the tags %#', (tags, message) => {
  expect(refusal(() => requireTags(tags))).toBe(bad(message));
});

it('merges tags, later values first, and holds the limit for the whole', () => {
  const target: { tags?: Record<string, string> } = { tags: many(49) };
  addTags(target, { k0: 'new', k49: 'x' });
  expect(target.tags).toEqual({ ...many(49), k0: 'new', k49: 'x' });
  expect(refusal(() => addTags(target, { k50: '' }))).toBe(bad('A resource can have at most 50 tags'));
  expect(Object.keys(target.tags ?? {})).toHaveLength(50);
});

it('removes the tags that are there and minds no other', () => {
  const target: { tags?: Record<string, string> } = { tags: { a: '1', b: '2' } };
  removeTags(target, ['a', 'x']);
  expect(target.tags).toEqual({ b: '2' });
  const none: { tags?: Record<string, string> } = {};
  removeTags(none, ['a']);
  expect(none.tags).toEqual({});
});

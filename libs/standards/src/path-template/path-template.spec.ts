import { cutPlaceholders, fillStageVariables, parseRoutePath, variablesOf } from './index';

test('segments and variables', () => {
  expect(parseRoutePath('/')).toEqual([]);
  const segments = parseRoutePath('/pets/{id}/x.y/{rest+}');
  expect(segments).toEqual([
    { kind: 'literal', text: 'pets' },
    { kind: 'param', name: 'id' },
    { kind: 'literal', text: 'x.y' },
    { kind: 'greedy', name: 'rest' },
  ]);
  expect(typeof segments === 'string' ? [] : variablesOf(segments)).toEqual(['id', 'rest']);
});

test.each(['', 'a', '//', '/a/', '/a//b', '/{a+}/b', '/{a', '/x{a}', '/{a}{b}', '/{}', '/{+}'])(
  '%j is no path',
  (path) => {
    expect(typeof parseRoutePath(path)).toBe('string');
  },
);

test('placeholders', () => {
  expect(cutPlaceholders('/a/{id}{x+}/b')).toEqual([
    { text: '/a/' },
    { name: 'id' },
    { name: 'x' },
    { text: '/b' },
  ]);
  expect(cutPlaceholders('')).toEqual([]);
  expect(cutPlaceholders('/{}')).toEqual([{ text: '/{}' }]);
});

test('stage variables are filled once: a value is not read again', () => {
  const valueOf = (name: string) => (name === 'a' ? '${stageVariables.b}' : 'B');
  expect(fillStageVariables('x${stageVariables.a}y${stageVariables.b}', valueOf)).toBe(
    'x${stageVariables.b}yB',
  );
  expect(fillStageVariables('${other.a}$stageVariables.a', valueOf)).toBe('${other.a}$stageVariables.a');
  expect(fillStageVariables('${stageVariables.a}', () => '$&')).toBe('$&');
});

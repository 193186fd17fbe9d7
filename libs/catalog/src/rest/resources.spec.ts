import fc from 'fast-check';
import { bad, emptyRest, missing, refusal, taken } from '../testing/graphs';
import { CatalogFault } from '../fault';
import { createResource, deleteResource, resourceOf, updateResource } from './resources';
import type { RestApiGraph } from './types';

const PATH_PART =
  "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.";

/** root1 > pets > {petId} > toys, and root1 > shops. */
function tree(): RestApiGraph {
  const graph = emptyRest();
  createResource(graph, 'root1', 'pets', 'pets');
  createResource(graph, 'pets', '{petId}', 'pet');
  createResource(graph, 'pet', 'toys', 'toys');
  createResource(graph, 'root1', 'shops', 'shops');
  return graph;
}

const replace = (graph: RestApiGraph, id: string, path: string, value: string) =>
  updateResource(graph, id, [{ op: 'replace', path, value }]);
const pathsOf = (graph: RestApiGraph) => Object.values(graph.resources).map(({ path }) => path);

describe('creating a resource', () => {
  it('gives it the path of its parent and its own part', () => {
    expect(pathsOf(tree())).toEqual(['/', '/pets', '/pets/{petId}', '/pets/{petId}/toys', '/shops']);
  });

  it.each(['a', 'A-1._:', 'v1,v2', '{id}', '{proxy+}', '{a.b-c_d}'])('takes the path part %s', (part) => {
    expect(refusal(() => createResource(emptyRest(), 'root1', part, 'x'))).toBe('accepted');
  });

  it.each([
    '',
    '/',
    'a/b',
    'a b',
    '{',
    '{}',
    '{+}',
    '{a',
    'a}',
    'x{a}',
    '{a}x',
    '{a++}',
    '{a b}',
    'é',
    '%20',
  ])('refuses the path part %j', (part) => {
    expect(refusal(() => createResource(emptyRest(), 'root1', part, 'x'))).toBe(bad(PATH_PART));
  });

  it('refuses a sibling of the same name', () => {
    expect(refusal(() => createResource(tree(), 'root1', 'pets', 'x'))).toBe(
      taken('Another resource with the same parent already has this name: pets'),
    );
  });

  it('takes the same name under another parent', () => {
    expect(createResource(tree(), 'shops', 'pets', 'x').path).toBe('/shops/pets');
  });

  it.each(['{other}', '{other+}'])('refuses %s beside a variable', (part) => {
    expect(refusal(() => createResource(tree(), 'pets', part, 'x'))).toBe(
      bad('A sibling ({petId}) of this resource already has a variable path part -- only one is allowed'),
    );
  });

  it('refuses a child of a greedy variable', () => {
    const graph = emptyRest();
    createResource(graph, 'root1', '{proxy+}', 'proxy');
    expect(refusal(() => createResource(graph, 'proxy', 'a', 'x'))).toBe(
      bad('Cannot create a child of a resource with a greedy path variable: {proxy+}'),
    );
  });

  it('refuses a parent that is not there', () => {
    expect(refusal(() => createResource(tree(), 'nowhere', 'a', 'x'))).toBe(
      missing('Invalid Resource identifier specified'),
    );
  });
});

describe('changing a resource', () => {
  it('renames all below it', () => {
    const graph = tree();
    replace(graph, 'pets', '/pathPart', 'animals');
    expect(pathsOf(graph)).toEqual(['/', '/animals', '/animals/{petId}', '/animals/{petId}/toys', '/shops']);
  });

  it('moves all below it', () => {
    const graph = tree();
    replace(graph, 'pet', '/parentId', 'shops');
    expect(resourceOf(graph, 'toys').path).toBe('/shops/{petId}/toys');
    expect(resourceOf(graph, 'pet').parentId).toBe('shops');
  });

  it('may keep its own name and its own parent', () => {
    const graph = tree();
    replace(graph, 'pet', '/pathPart', '{petId}');
    replace(graph, 'pet', '/parentId', 'pets');
    expect(pathsOf(graph)).toEqual(pathsOf(tree()));
  });

  it.each([
    ['the root’s name', 'root1', '/pathPart', 'a', bad('Root resource cannot update its pathPart.')],
    ['the root’s parent', 'root1', '/parentId', 'pets', bad('Root resource cannot update its parentId.')],
    ['a move below itself', 'pets', '/parentId', 'pets', bad('Resources cannot be cyclical.')],
    ['a move below its grandchild', 'pets', '/parentId', 'toys', bad('Resources cannot be cyclical.')],
    ['a move to nowhere', 'pets', '/parentId', 'nowhere', missing('Invalid Resource identifier specified')],
    [
      'a name that a sibling has',
      'pets',
      '/pathPart',
      'shops',
      taken('Another resource with the same parent already has this name: shops'),
    ],
    ['a name that is none', 'pets', '/pathPart', 'a b', bad(PATH_PART)],
    [
      'another member',
      'pets',
      '/path',
      '/x',
      bad("Invalid patch path  '/path' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"),
    ],
  ])('refuses %s, and leaves the tree alone', (_what, id, path, value, expected) => {
    const graph = tree();
    expect(refusal(() => replace(graph, id, path, value))).toBe(expected);
    expect(graph).toEqual(tree());
  });

  it('refuses other operations than replace', () => {
    expect(
      refusal(() => updateResource(tree(), 'pets', [{ op: 'add', path: '/pathPart', value: 'x' }])),
    ).toBe(bad("Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations"));
  });

  it('refuses to become greedy while it has children', () => {
    const graph = tree();
    expect(refusal(() => replace(graph, 'pet', '/pathPart', '{petId+}'))).toBe(
      bad('Cannot create a child of a resource with a greedy path variable: {petId+}'),
    );
    expect(graph).toEqual(tree());
  });
});

describe('deleting a resource', () => {
  it('takes all below it along', () => {
    const graph = tree();
    deleteResource(graph, 'pets');
    expect(Object.keys(graph.resources)).toEqual(['root1', 'shops']);
  });

  it('spares the root', () => {
    const graph = tree();
    expect(refusal(() => deleteResource(graph, 'root1'))).toBe(bad('Root resource cannot be deleted.'));
    expect(graph).toEqual(tree());
  });
});

type Command =
  | { readonly kind: 'create'; readonly at: number; readonly part: string }
  | { readonly kind: 'rename'; readonly at: number; readonly part: string }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'delete'; readonly at: number };

const part = fc.constantFrom('a', 'b', 'c', '{x}', '{y}', '{x+}', 'bad part', '__proto__', 'constructor');
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), at: fc.nat(9), part }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), at: fc.nat(9), part }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), at: fc.nat(9), to: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat(9) }) },
);

/** Runs one command on the `at`th resource; true when it was accepted. A fault is an answer, any other error is not. */
function run(graph: RestApiGraph, step: Command, newId: string): boolean {
  const ids = Object.keys(graph.resources);
  const id = ids[step.at % ids.length] ?? '';
  try {
    if (step.kind === 'create') createResource(graph, id, step.part, newId);
    else if (step.kind === 'rename') replace(graph, id, '/pathPart', step.part);
    else if (step.kind === 'move') replace(graph, id, '/parentId', ids[step.to % ids.length] ?? '');
    else deleteResource(graph, id);
    return true;
  } catch (error) {
    if (!(error instanceof CatalogFault)) throw error;
    return false;
  }
}

function expectSoundTree(graph: RestApiGraph): void {
  const resources = Object.values(graph.resources);
  expect(resources.filter(({ parentId }) => parentId === undefined).map(({ path }) => path)).toEqual(['/']);
  const places = resources.map(({ parentId, pathPart }) => `${parentId}/${pathPart}`);
  expect(new Set(places).size).toBe(places.length);
  const variables = resources.filter(({ pathPart }) => pathPart?.startsWith('{')).map((one) => one.parentId);
  expect(new Set(variables).size).toBe(variables.length);
  for (const { parentId, pathPart, path } of resources) {
    if (parentId === undefined) continue;
    const parent = graph.resources[parentId];
    expect(parent).toBeDefined();
    expect(parent?.pathPart?.endsWith('+}') ?? false).toBe(false);
    expect(path).toBe(`${parent?.path === '/' ? '' : parent?.path}/${pathPart}`);
  }
}

it('stays one tree with unique siblings and true paths whatever is asked of it', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (steps) => {
      const graph = emptyRest();
      steps.forEach((step, index) => {
        const before = structuredClone(graph);
        if (!run(graph, step, `r${index}`)) expect(graph).toEqual(before);
        expectSoundTree(graph);
      });
    }),
    { numRuns: 300 },
  );
});

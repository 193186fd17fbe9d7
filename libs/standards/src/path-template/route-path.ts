/**
 * Paths of resources and routes: `/pets/{id}`, `/{proxy+}` (API Gateway developer guide, "Set up a proxy integration with
 * a proxy resource"). A variable is a whole segment; a greedy one is the last.
 */
export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

const VARIABLE = /^\{([^{}+/]+)(\+?)\}$/;

/** Segments of a path that starts with `/`; a text says what is wrong with it. */
export function parseRoutePath(path: string): readonly PathSegment[] | string {
  if (!path.startsWith('/')) return 'a path starts with /';
  if (path === '/') return [];
  const segments: PathSegment[] = [];
  for (const text of path.slice(1).split('/')) {
    const last = segments.at(-1);
    if (last?.kind === 'greedy') return `nothing may follow {${last.name}+}`;
    const segment = parseSegment(text);
    if (typeof segment === 'string') return segment;
    segments.push(segment);
  }
  return segments;
}

function parseSegment(text: string): PathSegment | string {
  const [, name, plus] = VARIABLE.exec(text) ?? [];
  if (name !== undefined) return { kind: plus === '+' ? 'greedy' : 'param', name };
  if (text === '') return 'a path has no empty segment';
  if (text.includes('{') || text.includes('}')) return `a variable is a whole segment: ${text}`;
  return { kind: 'literal', text };
}

/** Names of the variables, in order. */
export function variablesOf(segments: readonly PathSegment[]): string[] {
  return segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
}

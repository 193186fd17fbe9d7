/** What both routers answer. `values` are the path variables' raw texts, in the order of the route's path. */
export interface Match<R> {
  readonly route: R;
  readonly values: readonly string[];
}

export interface Router<R> {
  /** `path` has passed the path policy and starts after the stage. */
  find(method: string, path: string): Match<R> | undefined;
}

/** Segments after the leading slash; `/` has none. Empty segments are kept: only a greedy variable may take them. */
export function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  if (path === '/') return segments;
  let from = 1;
  // `split` makes a list of all places first; most paths have one segment or two.
  for (let to = path.indexOf('/', from); to >= 0; to = path.indexOf('/', from)) {
    segments.push(path.slice(from, to));
    from = to + 1;
  }
  segments.push(path.slice(from));
  return segments;
}

/** The rest of the path as text, its own slashes kept. */
export function restFrom(segments: readonly string[], from: number): string {
  return from === segments.length - 1 ? (segments[from] ?? '') : segments.slice(from).join('/');
}

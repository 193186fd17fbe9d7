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
  return path === '/' ? [] : path.slice(1).split('/');
}

/** The rest of the path as text, its own slashes kept. */
export function restFrom(segments: readonly string[], from: number): string {
  return from === segments.length - 1 ? (segments[from] ?? '') : segments.slice(from).join('/');
}

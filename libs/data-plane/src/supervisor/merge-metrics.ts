/**
 * One Prometheus text of several workers' texts. Counters, histograms and most gauges add up; of the applied revision the
 * lowest counts, of a lag and of what is said of limits the highest.
 */
type Combine = (a: number, b: number) => number;

const add: Combine = (a, b) => a + b;
const LOWEST = new Set(['gatehouse_applied_revision', 'process_start_time_seconds', 'gatehouse_build_info']);
const HIGHEST = new Set(['gatehouse_limits_local', 'gatehouse_limits_nodes']);
const isLag = (name: string): boolean => name.startsWith('nodejs_eventloop_lag_');

function combineOf(name: string): Combine {
  if (LOWEST.has(name)) return Math.min;
  return HIGHEST.has(name) || isLag(name) ? Math.max : add;
}

/** A metric as it is told: its comment lines, and its series in order of first sight. */
interface Family {
  readonly comments: string[];
  readonly series: Map<string, number>;
}

export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, Family>();
  for (const text of texts) readInto(families, text);
  return [...families.values()]
    .map(({ comments, series }) => [...comments, ...[...series].map(([name, value]) => `${name} ${value}`)])
    .flatMap((lines) => lines.map((line) => `${line}\n`))
    .join('');
}

function readInto(families: Map<string, Family>, text: string): void {
  let family: Family = { comments: [], series: new Map() };
  for (const line of text.split('\n')) {
    const comment = /^# (?:HELP|TYPE) (\S+)/.exec(line);
    if (comment) {
      family = familyOf(families, comment[1] ?? '');
      if (!family.comments.includes(line)) family.comments.push(line);
    } else if (line !== '') addSeries(family, line);
  }
}

function familyOf(families: Map<string, Family>, name: string): Family {
  const known = families.get(name) ?? { comments: [], series: new Map<string, number>() };
  families.set(name, known);
  return known;
}

/** The value follows the last space; label values may hold spaces. */
function addSeries({ series }: Family, line: string): void {
  const space = line.lastIndexOf(' ');
  const name = line.slice(0, space);
  const value = Number(line.slice(space + 1));
  const known = series.get(name);
  const metric = name.split('{', 1)[0] ?? name;
  series.set(name, known === undefined ? value : combineOf(metric)(known, value));
}

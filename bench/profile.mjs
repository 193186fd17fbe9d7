// Where the time of the profiled processes went: functions and source files by self time, over all profiles of a folder.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rounded } from './statistics.mjs';

const SHOWN = 40;

export function printProfile(folder) {
  const byFunction = new Map();
  for (const name of readdirSync(folder))
    addSelfTimes(byFunction, JSON.parse(readFileSync(join(folder, name))));
  const idle = byFunction.get('(idle)') ?? 0;
  byFunction.delete('(idle)');
  const busy = [...byFunction.values()].reduce((sum, micros) => sum + micros, 0);
  console.log(`busy ${rounded(busy / 1e6, 1)} s, idle ${rounded(idle / 1e6, 1)} s; self time by function:`);
  printRanked(byFunction, busy, 'function');
  printRanked(byFile(byFunction), busy, 'file');
}

function printRanked(times, busy, what) {
  const ranked = [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  console.table(
    ranked.map(([name, micros]) => ({ '% of busy': rounded((100 * micros) / busy, 1), [what]: name })),
  );
}

function byFile(byFunction) {
  const times = new Map();
  for (const [name, micros] of byFunction) {
    const file = / ([^ ]+):\d+$/.exec(name)?.[1] ?? 'native code';
    times.set(file, (times.get(file) ?? 0) + micros);
  }
  return times;
}

function addSelfTimes(byFunction, { nodes, samples, timeDeltas }) {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, nameOfFrame(callFrame)]));
  samples.forEach((id, i) => {
    const name = nameOf.get(id);
    byFunction.set(name, (byFunction.get(name) ?? 0) + timeDeltas[i]);
  });
}

function nameOfFrame({ functionName, url, lineNumber }) {
  if (url === '') return functionName;
  const place = url.replace(/^.*\/(libs|apps|bench|node_modules)\//, '$1/');
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}

// The chart of a run: CPU time per request relative to nginx, as horizontal bars in an SVG that is readable on light and dark
// pages. `node bench/chart.mjs FILE` draws that of an older result.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { othersShare } from './statistics.mjs';

const CHART = 'docs/guide/benchmarks.svg';
const LABEL_WIDTH = 300;
const BARS_WIDTH = 400;
const VALUE_WIDTH = 60;
const ROW_HEIGHT = 26;
const TOP = 62;
const WIDTH = LABEL_WIDTH + BARS_WIDTH + VALUE_WIDTH;

/** Colours follow the reader's scheme; without one the first set holds. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .note { font-size: 11px; fill: #59636e; }
  .ours { fill: #1a7f5a; }
  .other { fill: #8c959f; }
  .base { stroke: #59636e; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .ours { fill: #3fb984; }
    .other { fill: #6e7681; }
    .base { stroke: #9198a1; }
  }
`;

const TITLES = [
  ['rest-get-1k', 'Gatehouse, REST API'],
  ['rest-observed', 'Gatehouse, REST API, log and 1 % traces'],
  ['http-get-1k', 'Gatehouse, HTTP API'],
];

/** Ours from the scenarios of their own, the others from where they stood beside us; each ratio is of one run with nginx. */
function barsOf({ scenarios }) {
  const summaryOf = (name) => scenarios.find((one) => one.name === name)?.summary ?? [];
  const ours = TITLES.map(([name, label]) => ({
    label,
    kind: 'ours',
    ratio: summaryOf(name).find(({ target }) => target === 'gatehouse')?.ratio,
  }));
  const others = summaryOf('peers-get-1k')
    .filter(({ target }) => target !== 'gatehouse')
    .map(({ target, ratio }) => ({ label: target, kind: 'other', ratio }));
  return [...ours, ...others].filter(({ ratio }) => ratio !== undefined).sort((a, b) => a.ratio - b.ratio);
}

function bar({ label, kind, ratio }, row, perUnit) {
  const y = TOP + row * ROW_HEIGHT;
  const width = (ratio * perUnit).toFixed(1);
  return [
    `<text x="${LABEL_WIDTH - 10}" y="${y + 14}" text-anchor="end">${label}</text>`,
    `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${ROW_HEIGHT - 7}" rx="2"/>`,
    `<text x="${LABEL_WIDTH + Number(width) + 6}" y="${y + 14}">${ratio.toFixed(2)}</text>`,
  ].join('\n');
}

function svg(result) {
  const bars = barsOf(result);
  const perUnit = BARS_WIDTH / Math.max(...bars.map(({ ratio }) => ratio));
  const end = TOP + bars.length * ROW_HEIGHT;
  const atNginx = (LABEL_WIDTH + perUnit).toFixed(1);
  const { cpu, cores } = result.machine;
  const others = Math.round(100 * othersShare(result.scenarios));
  const note = `${result.date.slice(0, 10)}, commit ${result.commit.slice(0, 7)}, Node ${result.node}, ${cpu}, ${cores} cores; other programs took ${others} % of the machine`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${end + 14}" viewBox="0 0 ${WIDTH} ${end + 14}" role="img" aria-label="CPU time per request relative to nginx">
<style>${STYLE}</style>
<text class="title" x="10" y="24">CPU time per request, GET 1 KB, relative to nginx (less is better)</text>
<text class="note" x="10" y="43">${note}</text>
${bars.map((one, row) => bar(one, row, perUnit)).join('\n')}
<line class="base" x1="${atNginx}" x2="${atNginx}" y1="${TOP - 6}" y2="${end}"/>
</svg>
`;
}

export function drawChart(file) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  if (barsOf(result).length === 0) return console.log('no chart: nothing was measured beside nginx');
  writeFileSync(join(import.meta.dirname, '..', CHART), svg(result));
  console.log(`written: ${CHART}`);
}

if (process.argv[1] === import.meta.filename) drawChart(resolve(process.argv[2]));

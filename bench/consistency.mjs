// Writes the figures of a `limits-exactness` run into docs/guide/consistency.md: `node bench/consistency.mjs bench/results/FILE`.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const PAGE = join(import.meta.dirname, '../docs/guide/consistency.md');
const MARKS = /(<!-- figures -->\n)[^]*(<!-- end of figures -->)/;
const percent = (share) => `${(100 * share).toFixed(2)} %`;

const [file] = process.argv.slice(2);
const { date, commit, scenarios } = JSON.parse(readFileSync(file, 'utf8'));
const { limit, rounds } = scenarios.find(({ name }) => name === 'limits-exactness');

const head = [
  `Rate ${limit.rate} a second, burst ${limit.burst}, three times as many calls as the limit lets pass, beginning with a full bucket;`,
  `measured on ${date.slice(0, 10)} at commit \`${commit.slice(0, 7)}\` ([raw](../../bench/results/${basename(file)})).`,
  '',
  '| nodes, calls a second to each | first 10 s, of rate x 10 s + burst | later windows of 10 s, of rate x 10 s | most of any window beyond rate x its length, of burst | other programs took |',
  '| --- | --- | --- | --- | --- |',
];
const rows = rounds.map(({ nodes, loads, first, fewestLater, mostLater, mostBeyondRate, othersShare }) => {
  const later = `${percent(fewestLater)} to ${percent(mostLater)}`;
  const cells = [
    `${nodes}: ${loads.join(', ')}`,
    percent(first),
    later,
    percent(mostBeyondRate),
    percent(othersShare),
  ];
  return `| ${cells.join(' | ')} |`;
});
const figures = [...head, ...rows, ''].join('\n');
writeFileSync(
  PAGE,
  readFileSync(PAGE, 'utf8').replace(MARKS, (_all, open, close) => `${open}\n${figures}\n${close}`),
);

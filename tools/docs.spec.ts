// The documents must not point to what is not there.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SETTINGS } from '../libs/platform/src/config/settings';

const root = join(__dirname, '..');
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((page) => page !== '' && existsSync(join(root, page)));
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

it.each(pages)('%s links only to files that exist', (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)].map(
    (match) => match[1] ?? '',
  );
  const broken = links.filter((link) => !existsSync(join(root, dirname(page), link)));
  expect(broken).toEqual([]);
});

it('the code map and the task table name only places that exist', () => {
  const named = ['ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap((page) =>
    [...textOf(page).matchAll(/`((?:libs|apps|tools|tests|docs)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((place) => !existsSync(join(root, place)))).toEqual([]);
});

it('the documents name only settings that exist', () => {
  const known: string[] = [...SETTINGS.map(({ name }) => name), 'GATEHOUSE_REQUIRE'];
  const named = pages.flatMap((page) => textOf(page).match(/GATEHOUSE_[A-Z_]*[A-Z]/g) ?? []);
  expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
});

it('every DIFFERS: in the code names its row in differences.md', () => {
  const rows = textOf('docs/reference/differences.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|')[1]?.trim() ?? '');
  const marked = execFileSync('git', ['grep', '-h', 'DIFFERS:', '--', 'libs/*.ts', 'apps/*.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const named = marked
    .trim()
    .split('\n')
    .map((line) => /DIFFERS: ([^;]+);/.exec(line)?.[1] ?? line);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !rows.some((row) => row.startsWith(name)))).toEqual([]);
});

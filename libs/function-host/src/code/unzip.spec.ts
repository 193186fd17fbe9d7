import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYMLINK_MODE, zipOf, type ZipEntry } from '../testing/zip';
import { MAX_UNZIPPED_BYTES, unzip } from './unzip';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'gatehouse-unzip-'));
  folder = mkdtempSync(join(parent, 'code-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const extract = (entries: readonly ZipEntry[]): Promise<void> => unzip(zipOf(entries), folder);
const link = (name: string, target: string): ZipEntry => ({ name, content: target, mode: SYMLINK_MODE });

it('writes files with their folders, and keeps what may be run', async () => {
  await extract([
    { name: 'a/b/c.txt', content: 'text' },
    { name: 'bootstrap', content: '#!/bin/sh', mode: 0o100755 },
    { name: 'none', content: 'x', mode: 0 },
    { name: 'empty/', content: '' },
  ]);
  expect(readFileSync(join(folder, 'a/b/c.txt'), 'utf8')).toBe('text');
  expect(statSync(join(folder, 'bootstrap')).mode & 0o777).toBe(0o755);
  expect(statSync(join(folder, 'none')).mode & 0o777).toBe(0o644);
  expect(statSync(join(folder, 'empty')).isDirectory()).toBe(true);
});

it('keeps links that stay inside', async () => {
  await extract([link('bin/tool', '../lib/tool.js'), { name: 'lib/tool.js', content: 'x' }]);
  expect(lstatSync(join(folder, 'bin/tool')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'bin/tool'), 'utf8')).toBe('x');
});

describe('refuses', () => {
  it.each<[string, readonly ZipEntry[]]>([
    ['a name that climbs out', [{ name: '../escaped', content: 'x' }]],
    ['a name that climbs out on its way', [{ name: 'a/../../escaped', content: 'x' }]],
    ['an absolute name', [{ name: '/escaped', content: 'x' }]],
    ['a link to an absolute place', [link('l', '/etc')]],
    ['a link to the parent', [link('l', '..')]],
    ['a link that leads out through another', [link('deep/a/b/up', '../../..'), link('deep/x', 'a/b/up/..')]],
    ['a file below a link', [link('l', '.'), { name: 'l/x', content: 'x' }]],
    [
      'an entry that is there twice',
      [
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ],
    ],
    [
      'a file where a folder must be',
      [
        { name: 'a', content: '1' },
        { name: 'a/b', content: '2' },
      ],
    ],
    ['more bytes than it says', [{ name: 'a', content: 'x'.repeat(100_000), claimedBytes: 10 }]],
  ])('%s', async (_what, entries) => {
    await expect(extract(entries)).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: expect.not.stringContaining(parent),
    });
    expect(existsSync(join(parent, 'escaped'))).toBe(false);
  });

  it.each([1, 3])(
    'more than 250 MB in all, over %d files, by what the zip says and before it is written',
    async (count) => {
      const claimedBytes = Math.floor(MAX_UNZIPPED_BYTES / count) + 1;
      const entries = Array.from({ length: count }, (_, i) => ({ name: `a${i}`, content: '', claimedBytes }));
      const folders = entries.map((entry) => ({ ...entry, name: `${entry.name}/` }));
      await expect(extract(folders)).rejects.toMatchObject({
        message: expect.stringContaining('Unzipped size must be smaller than 262144000 bytes'),
      });
    },
  );

  it('what is no zip', async () => {
    await expect(unzip(Buffer.from('text'), folder)).rejects.toMatchObject({ status: 400 });
  });
});

/** Run as the build runs it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function built(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'direct-exports-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'dist', name)), { recursive: true });
    writeFileSync(join(folder, 'dist', name), text);
  }
  return folder;
}

function rewrite(folder: string): void {
  const tool = join(__dirname, 'direct-exports.mjs');
  execFileSync(process.execPath, [tool, 'dist'], { cwd: folder, stdio: 'pipe' });
}

const accessor = (name: string, from: string): string =>
  `Object.defineProperty(exports, "${name}", { enumerable: true, get: function () { return ${from}; } });`;

const INDEX = [
  '"use strict";',
  'Object.defineProperty(exports, "__esModule", { value: true });',
  'exports.two = exports.one = void 0;',
  'var parts_1 = require("./parts");',
  accessor('one', 'parts_1.one'),
  accessor('two', 'parts_1.other'),
].join('\n');
const PARTS = 'exports.one = () => 1; exports.other = () => 2;';

it('makes names of another file plain members, and leaves the rest as it is', () => {
  const folder = built({ 'index.js': INDEX, 'parts/index.js': PARTS });
  rewrite(folder);
  const path = join(folder, 'dist', 'index.js');
  const text = readFileSync(path, 'utf8');
  expect(text.split('\n').slice(0, 4)).toEqual(INDEX.split('\n').slice(0, 4));
  expect(text.split('\n').slice(4)).toEqual(['exports.one = parts_1.one;', 'exports.two = parts_1.other;']);
  const loaded = createRequire(path)(path) as Record<string, () => number>;
  expect([loaded['one']?.(), loaded['two']?.()]).toEqual([1, 2]);
  rewrite(folder);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('refuses a file that is imported by what it exports from', () => {
  const folder = built({
    'index.js': INDEX,
    'parts.js': 'require("./more");',
    'more.js': 'require("./index");',
  });
  expect(() => rewrite(folder)).toThrow(/a file that it exports from imports it/);
});

it('refuses it too where only what it exports from is built anew', () => {
  const folder = built({ 'index.js': INDEX, 'parts.js': PARTS });
  rewrite(folder);
  writeFileSync(join(folder, 'dist', 'parts.js'), `require("./index"); ${PARTS}`);
  expect(() => rewrite(folder)).toThrow(/a file that it exports from imports it/);
});

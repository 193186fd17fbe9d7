// One run over all projects: one list of results, one count.
const fs = require('node:fs');
const path = require('node:path');
const preset = require('./jest.preset.cjs');
const project = (dir) => ({ ...preset, displayName: dir, rootDir: path.join(__dirname, dir) });
const children = (dir) =>
  fs
    .readdirSync(path.join(__dirname, dir))
    .map((name) => `${dir}/${name}`)
    .filter((name) => fs.existsSync(path.join(__dirname, name, 'src')));
module.exports = {
  testTimeout: 60_000,
  projects: [
    ...['libs', 'apps', 'tests'].flatMap(children).map(project),
    { ...project('tools'), testMatch: ['<rootDir>/**/*.spec.ts'] },
  ],
};

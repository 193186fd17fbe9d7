// Jest for every project: swc keeps decorator metadata and turns the ESM-only packages (Nest 12, jose, ...) into CommonJS,
// and the `gatehouse-src` condition resolves our own libs to their sources, so no build is needed to test.
const path = require('node:path');
const swc = [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
const esmOnly = [
  '@nestjs',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'jose',
  'ulid',
];
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  testEnvironmentOptions: { customExportConditions: ['gatehouse-src', 'node', 'require', 'default'] },
  transform: { '^.+\\.[cm]?[tj]s$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  cacheDirectory: path.join(__dirname, 'node_modules/.cache/jest'),
};

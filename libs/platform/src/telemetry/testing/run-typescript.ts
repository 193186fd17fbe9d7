/**
 * Arguments for `node` that run a TypeScript file of ours as it stands, for specs that need a process of their own: some
 * packages load modules by `import()`, which Jest's sandbox refuses.
 */
const BOOTSTRAP = `
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
const jsc = { target: 'es2023', parser: { syntax: 'typescript', decorators: true }, keepClassNames: true };
require.extensions['.ts'] = (module, filename) => {
  const options = { filename, swcrc: false, jsc, module: { type: 'commonjs', ignoreDynamic: true } };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
require(process.argv[1]);`;

export function typeScriptArguments(file: string, ...args: string[]): string[] {
  return ['--conditions=gatehouse-src', '-e', BOOTSTRAP, '--', file, ...args];
}

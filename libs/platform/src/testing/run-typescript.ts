/**
 * Runs a TypeScript file of ours as it stands, in a process or thread of its own: what a spec needs where Jest's sandbox is in
 * the way, or where a program is under test.
 */
import { Worker, type WorkerOptions } from 'node:worker_threads';

const CONDITIONS = '--conditions=gatehouse-src';

const bootstrap = (file: string): string => `
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');
const jsc = { target: 'es2023', parser: { syntax: 'typescript', decorators: true }, keepClassNames: true };
require.extensions['.ts'] = (module, filename) => {
  const options = { filename, swcrc: false, jsc, module: { type: 'commonjs', ignoreDynamic: true } };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
require(${JSON.stringify(file)});`;

/** Arguments for `node`. The program sees `args` from `process.argv[2]` on. */
export function typeScriptArguments(file: string, ...args: string[]): string[] {
  return [CONDITIONS, '-e', bootstrap(file), '--', file, ...args];
}

export function typeScriptThread(file: string, options: WorkerOptions = {}): Worker {
  return new Worker(bootstrap(file), { ...options, eval: true, execArgv: [CONDITIONS] });
}

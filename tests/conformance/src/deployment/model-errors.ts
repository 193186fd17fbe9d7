/**
 * What the Kubernetes API models (npm `kubernetes-models`) find wrong: `validate()` finds wrong and missing values, the
 * TypeScript compiler finds members that no model has. Both are ES modules or programs, so they run beside Jest.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifests';
import { root } from './repository';

/** Where a file finds the packages of the repository and is nobody's source. */
const FOLDER = join(root, 'node_modules/.cache/gatehouse-manifests');

const moduleOf = ({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): string =>
  `kubernetes-models/${apiVersion}/${kind}`;

function inFolder(
  file: string,
  text: string,
  args: readonly string[],
): { status: number | null; output: string } {
  const folder = join(FOLDER, String(process.pid));
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, file), text);
    const run = spawnSync(process.execPath, [...args, file], { cwd: folder, encoding: 'utf8' });
    return { status: run.status, output: `${run.stdout}${run.stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line a fault; a kind that no model has is one. */
export function validationErrors(manifests: readonly Manifest[]): string[] {
  const script = [
    `const manifests = ${JSON.stringify(manifests.map((manifest) => [moduleOf(manifest), manifest]))};`,
    'for (const [name, manifest] of manifests) {',
    '  const { [manifest.kind]: Model } = await import(name);',
    '  try { new Model(manifest).validate(); }',
    '  catch (error) { console.log(`${manifest.kind}/${manifest.metadata.name}: ${error.message}`); }',
    '}',
  ].join('\n');
  const { status, output } = inFolder('validate.mjs', script, []);
  const lines = output.split('\n').filter((line) => line !== '');
  return status === 0 ? lines : [`did not run: ${output}`];
}

export function unknownMembers(manifests: readonly Manifest[]): string[] {
  const kinds = new Map(manifests.map((manifest) => [moduleOf(manifest), manifest.kind]));
  const text = [
    ...[...kinds].map(([name, kind]) => `import type { I${kind} } from '${name}';`),
    ...manifests.map((manifest, i) => `export const m${i}: I${manifest.kind} = ${JSON.stringify(manifest)};`),
  ].join('\n');
  const tsc = join(root, 'node_modules/typescript7/bin/tsc');
  const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2023 --types node';
  const { status, output } = inFolder('manifests.mts', text, [tsc, ...options.split(' ')]);
  if (status === 0) return [];
  return output.split('\n').filter((line) => line.includes('error TS'));
}

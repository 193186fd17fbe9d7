// `npm start` on a fresh clone builds first; afterwards Nx's cache makes this a no-op of about a second.
import { spawnSync } from 'node:child_process';
import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Newest modification time (ms) of the TypeScript sources below a folder. */
function newestSource(dir) {
  let newest = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path));
    else if (/\.(ts|json)$/.test(entry.name)) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

function builtAt() {
  try {
    return statSync(join(root, 'apps/gatehouse/dist/main.js')).mtimeMs;
  } catch {
    return 0;
  }
}

if (Math.max(newestSource(join(root, 'libs')), newestSource(join(root, 'apps'))) > builtAt()) {
  console.log('Building Gatehouse (first start, or sources changed) ...');
  const args = ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', '--output-style=static'];
  const run = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (run.status !== 0) {
    process.stdout.write(run.stdout);
    process.exit(run.status ?? 1);
  }
}

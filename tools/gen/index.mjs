// `npm run gen`: turns the committed service models into the operation tables of libs/aws-wire and the list of operations
// in docs/reference. Needs nothing but Node; the same input always gives the same bytes. With --check it writes nothing
// and fails when a file on disk differs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderOperationsPage } from './operations-page.mjs';
import { renderServiceModel } from './service-model.mjs';
import { renderSettingsPage } from './settings-page.mjs';
import { SETTINGS } from '../../libs/platform/src/config/settings.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const wire = join(root, 'libs', 'aws-wire');
const services = ['apigateway', 'apigatewayv2', 'apigatewaymanagementapi', 'lambda'];

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const models = new Map(
  services.map((service) => [service, readJson(join(wire, 'model', `${service}.json`))]),
);
const implemented = readJson(join(wire, 'model', 'implemented.json'));

const outputs = new Map([
  ...services.map((service) => [
    join(wire, 'src', 'generated', `${service}.gen.ts`),
    renderServiceModel(service, models.get(service)),
  ]),
  [join(root, 'docs', 'reference', 'operations.md'), renderOperationsPage(models, implemented)],
  [join(root, 'docs', 'reference', 'settings.md'), renderSettingsPage(SETTINGS)],
]);

function isCurrent(file, text) {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

const stale = [...outputs].filter(([file, text]) => !isCurrent(file, text));
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${relative(root, file)} is out of date: run npm run gen`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [file, text] of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${relative(root, file)}`);
  }
}

/** The files of the repository that deployments are made of, read from its root. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from '@gatehouse/platform';

export const root = join(__dirname, '../../../..');

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The `GATEHOUSE_*` names of a text that no setting has, so that a typo fails here and not at an installation. */
export function unknownSettingsIn(text: string): string[] {
  const known: readonly string[] = SETTINGS.map(({ name }) => name);
  const named = new Set(text.match(/GATEHOUSE_[A-Z0-9_]+[A-Z0-9]/g) ?? []);
  return [...named].filter((name) => !known.includes(name));
}

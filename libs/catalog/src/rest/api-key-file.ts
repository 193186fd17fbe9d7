/**
 * The file of `ImportApiKeys` (developer guide, "API Gateway API key file format"): comma-separated values as in RFC 4180,
 * the columns Name and Key, maybe Description, Enabled and UsageplanIds, in any order and any case.
 */
import { badRequest } from '../fault';
import { patchBoolean } from '../patch/operation';
import { requireKeyValue } from './api-keys';

export interface ApiKeyRecord {
  readonly name: string;
  readonly value: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly usagePlanIds: readonly string[];
}

const COLUMNS = ['name', 'key', 'description', 'enabled', 'usageplanids'];

/** Keys of a file are longer than others, and none stands there twice. */
export function readApiKeyFile(text: string): ApiKeyRecord[] {
  const [header = [], ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
  const columns = header.map((name) => name.trim().toLowerCase());
  const unknown = columns.find((name) => !COLUMNS.includes(name));
  if (unknown !== undefined || new Set(columns).size !== columns.length) {
    throw badRequest(`Invalid column in API Key file: ${unknown ?? 'a column stands there twice'}`);
  }
  for (const name of ['name', 'key']) {
    if (!columns.includes(name)) throw badRequest(`API Key file has no column ${name}`);
  }
  const records = rows.map((row, i) => readRow(columns, row, i + 2));
  if (new Set(records.map(({ value }) => value)).size !== records.length) {
    throw badRequest('API Key file has the same key twice');
  }
  return records;
}

function readRow(columns: readonly string[], row: readonly string[], line: number): ApiKeyRecord {
  if (row.length !== columns.length) {
    throw badRequest(`API Key file has ${row.length} instead of ${columns.length} values in record ${line}`);
  }
  const at = (name: string): string => row[columns.indexOf(name)]?.trim() ?? '';
  return {
    name: at('name'),
    value: requireKeyValue(at('key'), 30),
    description: at('description'),
    enabled: patchBoolean(at('enabled')),
    usagePlanIds: at('usageplanids')
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  };
}

const FIELD = /(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^",\r\n]*))(?<end>,|\r?\n|$)/gy;

/** Empty lines are none. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const { groups = {} } of text.matchAll(FIELD)) {
    rows.at(-1)?.push(groups.quoted?.replace(/""/g, '"') ?? groups.plain ?? '');
    if (groups.end === '') return rows.filter((row) => row.some((value) => value !== ''));
    if (groups.end !== ',') rows.push([]);
  }
  throw badRequest('API Key file is not well-formed');
}

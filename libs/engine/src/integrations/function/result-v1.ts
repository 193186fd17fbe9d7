/**
 * What an AWS_PROXY function answers in payload 1.0 (developer guide, "Output format of a Lambda function for proxy
 * integration"; the rules for odd results are those recorded on AWS). A REST API refuses members it does not know.
 */
import { fieldOfText, isFieldName } from '@gatehouse/standards';
import type { HeaderList } from '../../exchange';

export interface FunctionAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly isBase64: boolean;
}

const MEMBERS = new Set([
  'statusCode',
  'headers',
  'multiValueHeaders',
  'body',
  'isBase64Encoded',
  'base64Encoded',
]);

/** `undefined` = no answer can be made of it. */
export function answerV1(result: unknown, isStrict: boolean): FunctionAnswer | undefined {
  if (!isRecord(result)) return undefined;
  if (isStrict && !Object.keys(result).every((name) => MEMBERS.has(name))) return undefined;
  const { statusCode, headers, multiValueHeaders, body } = result;
  const status = statusOf(statusCode);
  const fields = fieldsOf(headers, multiValueHeaders);
  const text = body ?? '';
  if (status === undefined || fields === undefined || typeof text !== 'string') return undefined;
  const isBase64 = result.isBase64Encoded ?? result.base64Encoded ?? false;
  return { status, headers: fields, body: text, isBase64: isBase64 === true || isBase64 === 'true' };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Absent = 200; numbers in quotes count. */
export function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : (value ?? 200);
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599
    ? status
    : undefined;
}

/**
 * A name in both maps is one line of all values, the single one last, in the spelling of the map of many; `Set-Cookie`
 * stays apart, for it cannot be joined (RFC 9110 5.3).
 */
function fieldsOf(single: unknown, multi: unknown): HeaderList | undefined {
  const [manyOf, oneOf] = [entriesOf(multi), entriesOf(single)];
  if (manyOf === undefined || oneOf === undefined) return undefined;
  const lines = new Map<string, { name: string; values: string[] }>();
  for (const [name, given] of [...manyOf, ...oneOf.map(([name, value]) => [name, [value]] as const)]) {
    const values = Array.isArray(given) ? given.map(fieldValue) : [undefined];
    if (!isFieldName(name) || values.includes(undefined)) return undefined;
    const line = lines.get(name.toLowerCase()) ?? { name, values: [] };
    lines.set(name.toLowerCase(), line);
    line.values.push(...values.filter((value) => value !== undefined));
  }
  return [...lines.values()].flatMap(({ name, values }) => {
    if (name.toLowerCase() === 'set-cookie') return values.flatMap((value) => [name, value]);
    return values.length === 0 ? [] : [name, values.join(', ')];
  });
}

function entriesOf(map: unknown): [string, unknown][] | undefined {
  if (map === undefined || map === null) return [];
  return isRecord(map) ? Object.entries(map) : undefined;
}

/** Numbers and booleans are written out; what would break out of its line is no value. */
export function fieldValue(value: unknown): string | undefined {
  if (typeof value === 'string') return fieldOfText(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

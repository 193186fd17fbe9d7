/**
 * What an AWS_PROXY function answers in payload 2.0 (developer guide, "Lambda function response for format 2.0"): an object
 * with a `statusCode` is taken apart, anything else is the body.
 */
import { fieldOfText, isFieldName } from '@gatehouse/standards';
import type { HeaderList } from '../../exchange';
import { fieldValue, isRecord, statusOf, type FunctionAnswer } from './result-v1';

/** `undefined` = no answer can be made of it. `text` is what was parsed. */
export function answerV2(result: unknown, text: string): FunctionAnswer | undefined {
  if (!isRecord(result) || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : text;
    return { status: 200, headers: ['content-type', 'application/json'], body, isBase64: false };
  }
  const status = statusOf(result.statusCode);
  const cookies = cookieFields(result.cookies);
  const headers = headerFields(result.headers);
  if (status === undefined || cookies === undefined || headers === undefined) return undefined;
  const body = bodyOf(result.body);
  return { status, headers: [...cookies, ...headers], body, isBase64: result.isBase64Encoded === true };
}

/** An object or a number is written as JSON. */
function bodyOf(body: unknown): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function cookieFields(cookies: unknown): HeaderList | undefined {
  if (cookies === undefined || cookies === null) return [];
  if (!Array.isArray(cookies)) return undefined;
  const fields: HeaderList = [];
  for (const cookie of cookies as unknown[]) {
    const value = typeof cookie === 'string' ? fieldOfText(cookie) : undefined;
    if (value === undefined) return undefined;
    fields.push('set-cookie', value);
  }
  return fields;
}

function headerFields(headers: unknown): HeaderList | undefined {
  if (headers === undefined || headers === null) return [];
  if (!isRecord(headers)) return undefined;
  const fields: HeaderList = [];
  for (const [name, value] of Object.entries(headers)) {
    const text = fieldValue(value);
    if (text === undefined || !isFieldName(name)) return undefined;
    fields.push(name, text);
  }
  return fields;
}

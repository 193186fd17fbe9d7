/** How an answer's head goes on an HTTP/2 stream. */
import type { OutgoingHttpHeaders } from 'node:http2';
import { STATUS_CODES } from 'node:http';
import { fieldLine } from '../../fields';
import { ANSWER_NAMES, isBodiless, type AnswerBody, type ServerAnswer } from '../answer';

/** Throws `FieldError` or `RangeError` where HTTP has no words for it. */
export function streamFields(answer: ServerAnswer, body: AnswerBody): OutgoingHttpHeaders {
  const { status, repeated } = answer;
  const headers = repeated === undefined ? answer.headers : [...repeated.list, ...answer.headers];
  if (!Number.isInteger(status) || status < 200 || status > 999) throw new RangeError('not a status');
  const fields: OutgoingHttpHeaders = { ':status': status };
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name = '', value = ''] = [headers[i], headers[i + 1]];
    if (!isLeftOut(name, status)) add(fields, name, value);
  }
  const length = lengthOf(body);
  if (length !== undefined && !isBodiless(status)) fields['content-length'] ??= length;
  return fields;
}

/** RFC 9113 8.2.2: fields of the connection, and of HTTP/1.1's framing. */
function isLeftOut(name: string, status: number): boolean {
  const kind = ANSWER_NAMES.kindOf(name);
  return kind === 'ours' || (kind === 'length' && status === 204);
}

function add(fields: OutgoingHttpHeaders, name: string, value: string): void {
  fieldLine(name, value);
  const lower = name.toLowerCase();
  const before = fields[lower];
  if (before === undefined) fields[lower] = value;
  else fields[lower] = [...(Array.isArray(before) ? before : [String(before)]), value];
}

function lengthOf(body: AnswerBody): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : undefined;
}

/** An answer that we make by ourselves: JSON with a message, nothing about what is behind it. */
export function refusalFields(status: number): { fields: OutgoingHttpHeaders; body: string } {
  const body = JSON.stringify({ message: STATUS_CODES[status] ?? 'Error' });
  return {
    fields: { ':status': status, 'content-type': 'application/json', 'content-length': body.length },
    body,
  };
}

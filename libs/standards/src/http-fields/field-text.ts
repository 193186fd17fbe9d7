/**
 * Between the bytes of a field value and text. On the wire a value is bytes, kept as a latin1 string; mappings work on
 * Unicode text, so a value is read as UTF-8 where it is valid UTF-8 and written as UTF-8.
 */
import { isUtf8 } from 'node:buffer';

/** RFC 9110 5.6.2 `token`. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function isFieldName(text: string): boolean {
  return TOKEN.test(text);
}

/** Bytes of a value as text. */
export function textOfField(value: string): string {
  if (isAscii(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** Text as a field value; `undefined` when it holds a control character and would break out of its line (RFC 9110 5.5). */
export function fieldOfText(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return undefined;
  }
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Members of a comma-separated list, trimmed, lower case, without empty ones. */
export function tokensOf(value: string): string[] {
  return value
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Field names and values as HTTP allows them on the wire; what is checked here can end no line and begin no message. */
import { oneText } from './one-text';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII, blanks and the 8-bit bytes; a string with other code units has no latin1 form. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

export class FieldError extends Error {}

/** Is this value of `Upgrade` the one protocol that we switch to? (RFC 6455 4.1) */
export function isWebSocket(value: string): boolean {
  return value.toLowerCase() === 'websocket';
}

/** The line that a name was last written in: most fields say the same again and again. */
interface Line {
  /** Name and colon. */
  readonly start: string;
  mayBeKept: boolean;
  /** So many values in a row were news. */
  news: number;
  value: string | undefined;
  text: string;
  /** One piece of memory, and not one for each part. */
  isFlat: boolean;
}

/** By names that were found good. A value keeps the whole head in memory that it came in, so these are few: 8 MB at the most. */
const LINES = new Map<string, Line>();
const MAX_LINES = 500;
/** What a name that speaks of secrets says is kept nowhere, nor compared: how long that takes would tell of it. */
const SECRET = /auth|cookie|token|key|secret|password|credential|session|signature/i;

/** `name: value` with its line end. Throws `FieldError`. */
export function fieldLine(name: string, value: string): string {
  const line = LINES.get(name) ?? newLine(name);
  if (line.mayBeKept && line.value === value) return again(line);
  if (NO_VALUE.test(value)) throw new FieldError('not a field of HTTP');
  const text = `${line.start}${value}\r\n`;
  if (line.mayBeKept) keep(line, value, text);
  return text;
}

function again(line: Line): string {
  line.news = 0;
  if (!line.isFlat) {
    line.text = ownText(line.text);
    line.isFlat = true;
  }
  return line.text;
}

function keep(line: Line, value: string, text: string): void {
  line.mayBeKept = ++line.news < MANY_NEWS;
  line.value = line.mayBeKept ? value : undefined;
  line.text = line.mayBeKept ? text : '';
  line.isFlat = false;
}

/** In one piece of memory, and of no larger text. */
export function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** A name with so many of them says something else each time, as ids do, and is not worth a comparison. */
const MANY_NEWS = 100;

function newLine(name: string): Line {
  if (!TOKEN.test(name)) throw new FieldError('not a field of HTTP');
  if (LINES.size >= MAX_LINES) LINES.clear();
  // Texts of their own: as a part of the head that it came in, a name would keep all of that.
  const start = ownText(`${name}: `);
  const line = { start, mayBeKept: !SECRET.test(name), news: 0, value: undefined, text: '', isFlat: false };
  LINES.set(ownText(name), line);
  return line;
}

interface Named<Kind> {
  readonly lower: string;
  /** `Content-Length`, as most write it. */
  readonly usual: string;
  readonly first: number;
  readonly kind: Kind;
}

/** All that a letter's cases differ in. */
const CASE_BIT = 0x20;

/** Names that mean something to us; told by length and first letter, so that few names are put in lower case. */
export class NameTable<Kind> {
  private readonly byLength: (Named<Kind>[] | undefined)[] = [];

  constructor(entries: readonly (readonly [string, Kind])[]) {
    for (const [name, kind] of entries)
      (this.byLength[name.length] ??= []).push({
        lower: oneText(name),
        usual: oneText(usualOf(name)),
        first: name.charCodeAt(0),
        kind,
      });
  }

  kindOf(name: string): Kind | undefined {
    const candidates = this.byLength[name.length];
    if (candidates === undefined) return undefined;
    const first = name.charCodeAt(0) | CASE_BIT;
    for (const known of candidates) if (known.first === first && isNamed(name, known)) return known.kind;
    return undefined;
  }
}

function isNamed(name: string, { usual, lower }: Named<unknown>): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower;
}

function usualOf(lower: string): string {
  return lower.replace(/^[a-z]|-[a-z]/g, (letters) => letters.toUpperCase());
}

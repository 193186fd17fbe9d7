/** Field names and values as HTTP allows them on the wire; what is checked here can end no line and begin no message. */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII, blanks and the 8-bit bytes; a string with other code units has no latin1 form. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

export class FieldError extends Error {}

/** Is this value of `Upgrade` the one protocol that we switch to? (RFC 6455 4.1) */
export function isWebSocket(value: string): boolean {
  return value.toLowerCase() === 'websocket';
}

/** Names that were found good. They are few, and to know one is cheaper than to judge it. */
const GOOD_NAMES = new Set<string>();
const MAX_GOOD_NAMES = 1000;

/** `name: value` with its line end. Throws `FieldError`. */
export function fieldLine(name: string, value: string): string {
  if ((!GOOD_NAMES.has(name) && !isGood(name)) || NO_VALUE.test(value))
    throw new FieldError('not a field of HTTP');
  return `${name}: ${value}\r\n`;
}

function isGood(name: string): boolean {
  if (!TOKEN.test(name)) return false;
  if (GOOD_NAMES.size >= MAX_GOOD_NAMES) GOOD_NAMES.clear();
  // A text of its own: as a part of the head that it came in, it would keep all of that.
  GOOD_NAMES.add(Buffer.from(name, 'latin1').toString('latin1'));
  return true;
}

/** Names that mean something to us; told by the length first, so that most names are never put in lower case. */
export class NameTable<Kind> {
  private readonly byLength: ([string, Kind][] | undefined)[] = [];

  constructor(entries: readonly (readonly [string, Kind])[]) {
    for (const [name, kind] of entries) (this.byLength[name.length] ??= []).push([name, kind]);
  }

  kindOf(name: string): Kind | undefined {
    const candidates = this.byLength[name.length];
    if (candidates === undefined) return undefined;
    const lower = name.toLowerCase();
    for (const [known, kind] of candidates) if (known === lower) return kind;
    return undefined;
  }
}

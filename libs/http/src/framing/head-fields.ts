/**
 * Names and values of fields out of a head. The usual names, and the values that came with them lately, are always the same
 * strings: nothing is allocated for them, whoever looks them up later finds their hash in them, and to compare them is to compare
 * two addresses.
 */
import { latin1Of } from '../latin1';
import { oneText } from '../one-text';

const USUAL =
  'Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Credentials ' +
  'Access-Control-Allow-Headers Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Expose-Headers ' +
  'Access-Control-Max-Age Access-Control-Request-Headers Access-Control-Request-Method Age Allow Authorization Cache-Control ' +
  'Connection Content-Disposition Content-Encoding Content-Language Content-Length Content-Location Content-Range ' +
  'Content-Security-Policy Content-Type Cookie Date ETag Expect Expires Forwarded Host If-Match If-Modified-Since If-None-Match ' +
  'If-Range If-Unmodified-Since Keep-Alive Last-Modified Link Location Origin Pragma Proxy-Authorization Range Referer ' +
  'Retry-After Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-WebSocket-Accept Sec-WebSocket-Extensions Sec-WebSocket-Key ' +
  'Sec-WebSocket-Protocol Sec-WebSocket-Version Server Set-Cookie Strict-Transport-Security TE Trailer Transfer-Encoding ' +
  'Upgrade Upgrade-Insecure-Requests User-Agent Vary Via WWW-Authenticate X-Amz-Content-SHA256 X-Amz-Date ' +
  'X-Amz-Security-Token X-Amzn-Trace-Id X-Api-Key X-Content-Type-Options X-Correlation-Id X-Forwarded-For X-Forwarded-Host ' +
  'X-Forwarded-Port X-Forwarded-Proto X-Frame-Options X-Powered-By X-Real-IP X-Request-Id X-Requested-With Traceparent Tracestate';

/**
 * Their values are not kept, nor compared with those of others: how long that takes would tell of them. Names that nobody knows
 * may be of this kind, so no values of theirs are kept either.
 */
const SECRET =
  /^(?:Authorization|Proxy-Authorization|Cookie|Set-Cookie|X-Api-Key|X-Amz-Security-Token|Sec-WebSocket-Key)$/i;

interface KnownName {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isSecret: boolean;
}

const PLACES = 512;

/** Texts of different length, or that begin or end differently, are mostly kept in different places. */
function placeOf(bytes: Uint8Array, at: number, length: number): number {
  return ((bytes[at] ?? 0) * 31 + (bytes[at + length - 1] ?? 0) * 7 + length * 131) % PLACES;
}

/** Byte by byte: it is the fastest there is for texts of a few dozen. */
function isSame(bytes: Uint8Array, at: number, known: Uint8Array, knownAt: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== known[knownAt + i]) return false;
  return true;
}

const NAMES: (KnownName[] | undefined)[] = new Array<undefined>(PLACES).fill(undefined);
for (const name of USUAL.split(' ')) {
  know(oneText(name));
  know(oneText(name.toLowerCase()));
}

function know(name: string): void {
  const bytes = new Uint8Array(Buffer.from(name, 'latin1'));
  (NAMES[placeOf(bytes, 0, bytes.length)] ??= []).push({ name, bytes, isSecret: SECRET.test(name) });
}

function knownName(bytes: Uint8Array, at: number, length: number): KnownName | undefined {
  const candidates = NAMES[placeOf(bytes, at, length)];
  if (candidates === undefined) return undefined;
  for (const known of candidates)
    if (known.bytes.length === length && isSame(bytes, at, known.bytes, 0, length)) return known;
  return undefined;
}

const LONGEST_KEPT = 128;
/** A value keeps the whole head in memory that it came in: 8 MB are the very most. */
const VALUES = new Array<string>(PLACES).fill('');
const VALUE_BYTES = new Uint8Array(PLACES * LONGEST_KEPT);

/** A head's bytes, until the next read overwrites them, and as text what is asked for: where all is known already that is none. */
export class HeadText {
  private text: string | undefined = undefined;

  /** `bytes[at + i]` is character `i`. */
  constructor(
    readonly bytes: Uint8Array,
    readonly at: number,
    private readonly length: number,
  ) {}

  /** A part of one text. */
  substring(from: number, to: number): string {
    return (this.text ??= latin1Of(this.bytes, this.at, this.at + this.length)).substring(from, to);
  }

  /** A text of its own. */
  copy(from: number, to: number): string {
    return latin1Of(this.bytes, this.at + from, this.at + to);
  }
}

function valueOf(head: HeadText, from: number, to: number): string {
  const { bytes, at } = head;
  const length = to - from;
  if (length === 0 || length > LONGEST_KEPT) return head.substring(from, to);
  const place = placeOf(bytes, at + from, length);
  const kept = VALUES[place] ?? '';
  const keptAt = place * LONGEST_KEPT;
  if (kept.length === length && isSame(bytes, at + from, VALUE_BYTES, keptAt, length)) return kept;
  for (let i = 0; i < length; i++) VALUE_BYTES[keptAt + i] = bytes[at + from + i] ?? 0;
  return (VALUES[place] = head.substring(from, to));
}

/**
 * `[name, value, ...]` of the fields in a head, values without blanks behind. `marks` holds four positions for each: name from and
 * to, value from and to, counted from `start` characters ahead of the text.
 */
export function fieldsOf(head: HeadText, start: number, marks: readonly number[], count: number): string[] {
  const { bytes, at } = head;
  const fields = new Array<string>(count * 2);
  for (let i = 0; i < count; i++) {
    const mark = i * 4;
    const nameFrom = (marks[mark] ?? 0) - start;
    const nameTo = (marks[mark + 1] ?? 0) - start;
    const from = (marks[mark + 2] ?? 0) - start;
    let to = (marks[mark + 3] ?? 0) - start;
    while (to > from && isBlank(bytes[at + to - 1])) to--;
    const known = knownName(bytes, at + nameFrom, nameTo - nameFrom);
    fields[i * 2] = known === undefined ? head.substring(nameFrom, nameTo) : known.name;
    fields[i * 2 + 1] = known?.isSecret === false ? valueOf(head, from, to) : head.substring(from, to);
  }
  return fields;
}

function isBlank(code: number | undefined): boolean {
  return code === 32 || code === 9;
}

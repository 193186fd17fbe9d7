/**
 * The head that a connection's next request repeats, but for its target. Clients that keep a connection say the same in most of
 * their requests, as HPACK (RFC 7541) knows of HTTP/2. What is the same to the byte means the same: it was judged once, and the
 * rules look at nothing else of a target than is looked at here. Anything else is read anew.
 */
import type { MessageHead } from '../framing/message-parser';
import { latin1Of } from '../latin1';
import { MAX_TARGET_BYTES } from '../rules';
import { withTarget, type SoundHead } from './request';

/** A longer head is not worth its memory: there may be many connections. */
const LONGEST_KEPT = 1024;
/** Who says something else so often is not listened to any more. */
const MANY_OTHERS = 8;
/** After so many requests in a row that do not repeat it, nobody keeps it, and what was made of it, for one that may. */
const MANY_MISSES = 64;

interface Comparing {
  readonly compare: (this: Uint8Array, other: Uint8Array, from: number, to: number) => number;
}

const { compare } = Buffer.prototype as unknown as Comparing;
const BLANK = 0x20;
const SLASH = 0x2f;
/** Of a path and a query (RFC 3986 3.3, 3.4), the sign of an escape included. */
const OF_TARGET = new Uint8Array(256);
for (const byte of Buffer.from(
  "/?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:@",
  'latin1',
))
  OF_TARGET[byte] = 1;

export interface Repeat {
  /** Where the message ends. */
  readonly end: number;
  /** But for its target, of which `sound` tells. */
  readonly head: MessageHead;
  readonly sound: SoundHead;
}

/** But for its target, it is the same in all of them. */
interface Known {
  readonly head: MessageHead;
  /** The first line up to the target, and all behind the target. */
  readonly start: Uint8Array;
  readonly rest: Uint8Array;
  /** Of the request that came last with it. */
  target: string;
  sound: SoundHead;
}

export class RepeatedHead {
  private known: Known | undefined = undefined;
  private others = 0;
  private misses = 0;

  constructor(private readonly maxHeadBytes: number) {}

  /** The message at `offset`; `undefined` = it is another, or not all here. */
  find(chunk: Uint8Array, offset: number): Repeat | undefined {
    const { known } = this;
    if (known === undefined) return undefined;
    const { head, start, rest, target } = known;
    const from = offset + start.length;
    const isSameTarget = chunk[from + target.length] === BLANK && isTextAt(chunk, from, target);
    const to = isSameTarget ? from + target.length : targetEnd(chunk, from);
    const end = to + rest.length;
    const isHere = to > from && end <= chunk.length && end - offset <= this.maxHeadBytes;
    if (!isHere || !isAt(chunk, offset, start) || !isAt(chunk, to, rest)) return this.missed();
    this.others = this.misses = 0;
    return { end, head, sound: isSameTarget ? known.sound : soundOf(known, latin1Of(chunk, from, to)) };
  }

  /** A head that was read anew, all of it from `offset` on; `end`: of the message, or of what is here of it. */
  read(chunk: Uint8Array, offset: number, end: number, head: MessageHead, sound: SoundHead): void {
    if (!isRepeatable(head, sound)) return;
    this.forget();
    if (this.others === MANY_OTHERS) return;
    this.others++;
    // Behind line ends ahead of the message, which are passed over, there is no slash in this place.
    const from = offset + head.method.length + 1;
    const to = targetEnd(chunk, from);
    if (to === from || end - to > LONGEST_KEPT) return;
    const start = new Uint8Array(chunk.subarray(offset, from));
    const rest = new Uint8Array(chunk.subarray(to, end));
    this.known = { head, start, rest, target: latin1Of(chunk, from, to), sound };
  }

  private forget(): void {
    this.known = undefined;
    this.misses = 0;
  }

  private missed(): undefined {
    if (++this.misses === MANY_MISSES) this.forget();
  }
}

function soundOf(known: Known, target: string): SoundHead {
  const sound = withTarget(known.sound, target);
  if (target.length > LONGEST_KEPT) return sound;
  known.target = target;
  return (known.sound = sound);
}

/** Where the target ends; `from` where it is none, or one that is to be looked at closely. */
function targetEnd(chunk: Uint8Array, from: number): number {
  if (chunk[from] !== SLASH) return from;
  let to = from + 1;
  while (OF_TARGET[chunk[to] ?? BLANK] === 1) to++;
  return chunk[to] === BLANK && to - from <= MAX_TARGET_BYTES ? to : from;
}

/** Nothing follows it but another request. */
function isRepeatable({ isKeepAlive }: MessageHead, { bodyBytes, asksUpgrade }: SoundHead): boolean {
  return isKeepAlive && bodyBytes === 0 && !asksUpgrade;
}

/** To call a comparison that looks at many bytes at once costs as much as to look at so many. */
const MANY_BYTES = 100;

function isAt(chunk: Uint8Array, at: number, bytes: Uint8Array): boolean {
  if (bytes.length > MANY_BYTES) return compare.call(bytes, chunk, at, at + bytes.length) === 0;
  for (let i = 0; i < bytes.length; i++) if (chunk[at + i] !== bytes[i]) return false;
  return true;
}

/** Of its characters, one byte each. */
function isTextAt(chunk: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (chunk[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

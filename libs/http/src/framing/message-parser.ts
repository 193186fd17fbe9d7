/**
 * Parses the messages of one connection, one message at a time: `read` stops behind the end of a message, and what it saw
 * is left in `head`, `body`, `isComplete` and `refusal`. Bytes are judged by llhttp in strict mode; see `rules.ts`.
 */
import {
  copyAt,
  indexAt,
  llhttp,
  load,
  notes,
  OK,
  PAUSED,
  PAUSED_UPGRADE,
  REQUEST,
  RESPONSE,
  view,
  WINDOW_BYTES,
} from './llhttp';
import { fieldsOf, HeadText } from './head-fields';
import { METHODS } from './methods';
import { StatusLine } from './status-line';

export interface MessageHead {
  /** Empty in an answer. */
  readonly method: string;
  /** Of a request; empty in an answer, whose reason nobody needs. */
  readonly target: string;
  /** 0 in a request. */
  readonly status: number;
  /** `11` = HTTP/1.1 */
  readonly version: number;
  /** `[name, value, name, value, ...]`, latin1, in order and case as received, values without blanks around. */
  readonly fields: string[];
  readonly isKeepAlive: boolean;
  readonly isUpgrade: boolean;
}

export interface ParserLimits {
  readonly maxHeadBytes: number;
  readonly maxFields: number;
}

/** What is known of a message whose head came only in part. */
interface Partial {
  readonly bytes: Buffer;
  readonly length: number;
  readonly marks: number[];
  readonly fieldCount: number;
  readonly kind: number;
  readonly lineStart: number;
  readonly lineEnd: number;
}

const FIRST_ROOM_BYTES = 512;
const NOTHING = { length: 0, fieldCount: 0, kind: 0, lineStart: -1, lineEnd: -1 };

export class MessageParser {
  /** Set by the `read` that saw the end of a head. */
  head: MessageHead | undefined = undefined;
  /** Views of the chunk that was read. */
  body: Uint8Array[] | undefined = undefined;
  isComplete = false;
  /** Status to refuse the message with; nothing can be read after that. 0 = none. */
  refusal = 0;
  /** The next message has no body, whatever its head says: it answers a HEAD. */
  skipsBody = false;
  /** Is a message begun and not complete? */
  isInside = false;

  private pointer: number;
  private isPaused = false;
  private isInBody = false;
  private isTrailer = false;
  private gapBytes = 0;
  private partial: Partial | undefined = undefined;
  /** Of an answer. */
  private readonly statusLine: StatusLine | undefined;

  constructor(
    private readonly type: typeof REQUEST | typeof RESPONSE,
    private readonly limits: ParserLimits,
  ) {
    this.pointer = llhttp().llhttp_alloc(type);
    this.statusLine = type === RESPONSE ? new StatusLine() : undefined;
  }

  /** Reads from `offset` to the end of the message or of the chunk; returns where it stopped. */
  read(chunk: Uint8Array, offset: number): number {
    this.head = this.body = undefined;
    this.isComplete = false;
    const to = Math.min(chunk.length, offset + WINDOW_BYTES);
    const at = load(chunk, offset, to);
    this.begin(at);
    const wasm = llhttp();
    const code = wasm.llhttp_execute(this.pointer, at, to - offset);
    const end = code === OK ? to : offset + wasm.llhttp_get_error_pos(this.pointer) - at;
    const { statusLine } = this;
    if (statusLine?.isRead === false && !statusLine.follow(chunk, offset, end)) this.refusal = 400;
    else this.end(code, at, end - offset, chunk, offset);
    return end;
  }

  /** The peer closed. Is the message, which nothing but that could end, complete? */
  finish(): boolean {
    if (this.refusal !== 0 || !this.isInBody) return false;
    this.begin(0);
    const code = llhttp().llhttp_finish(this.pointer);
    return (code === OK || code === PAUSED) && notes.isComplete;
  }

  /** The parser must not be used after. */
  free(): void {
    if (this.pointer === 0) return;
    llhttp().llhttp_free(this.pointer);
    this.pointer = 0;
  }

  private begin(at: number): void {
    const { partial, limits } = this;
    const known = partial ?? NOTHING;
    notes.origin = at - known.length;
    notes.maxFields = limits.maxFields;
    notes.maxHeadBytes = limits.maxHeadBytes;
    notes.skipsBody = this.skipsBody;
    notes.isHeadDone = this.isInBody;
    notes.isComplete = false;
    notes.isTrailer = this.isTrailer;
    notes.gapBytes = this.gapBytes;
    notes.refusal = 0;
    notes.pieceMarks = 0;
    notes.firstAt = partial === undefined ? -1 : 0;
    notes.lastEnd = known.length;
    notes.fieldCount = known.fieldCount;
    notes.kind = known.kind;
    notes.lineStart = known.lineStart;
    notes.lineEnd = known.lineEnd;
    if (partial !== undefined) notes.marks = partial.marks;
    if (this.isPaused) {
      this.isPaused = false;
      llhttp().llhttp_resume(this.pointer);
    }
  }

  private end(code: number, at: number, bytes: number, chunk: Uint8Array, offset: number): void {
    if (code !== OK && code !== PAUSED && code !== PAUSED_UPGRADE) {
      this.refusal = notes.refusal === 0 ? 400 : notes.refusal;
      return;
    }
    this.isPaused = code === PAUSED;
    const headBytes = at - notes.origin;
    if (notes.isHeadDone) {
      if (!this.isInBody) this.takeHead();
      this.takeBody(headBytes, bytes, chunk, offset);
    } else this.keepPartial(at, headBytes, bytes);
    this.isComplete = notes.isComplete;
    this.isInside = !notes.isComplete && (this.isInBody || this.isInside || bytes > 0);
    if (notes.isComplete) {
      this.isInBody = this.isTrailer = false;
      this.gapBytes = 0;
      this.statusLine?.restart();
    }
  }

  private takeHead(): void {
    const { partial } = this;
    const from = Math.max(0, notes.firstAt);
    const headEnd = Math.max(
      from,
      notes.fieldCount === 0 ? notes.lineEnd : (notes.marks[notes.fieldCount * 4 - 1] ?? 0),
    );
    const head =
      partial === undefined ? headAt(notes.origin + from, headEnd - from) : joined(partial, headEnd);
    this.partial = undefined;
    const wasm = llhttp();
    const isRequest = this.type === REQUEST;
    this.isInBody = true;
    this.head = {
      method: isRequest ? (METHODS[wasm.llhttp_get_method(this.pointer)] ?? '') : '',
      target: isRequest ? head.copy(notes.lineStart - from, notes.lineEnd - from) : '',
      status: notes.status,
      version: wasm.llhttp_get_http_major(this.pointer) * 10 + wasm.llhttp_get_http_minor(this.pointer),
      fields: fieldsOf(head, from, notes.marks, notes.fieldCount),
      isKeepAlive: notes.isKeepAlive,
      isUpgrade: notes.isUpgrade,
    };
    // Two line ends close the head.
    if (notes.pieceMarks === 0) notes.lastEnd = headEnd + 4;
  }

  private takeBody(headBytes: number, bytes: number, chunk: Uint8Array, offset: number): void {
    const { pieces, pieceMarks } = notes;
    if (pieceMarks > 0) {
      const shift = offset - headBytes;
      // As a rule there is one, and a list that grows makes room for seventeen.
      const body = [chunk.subarray((pieces[0] ?? 0) + shift, (pieces[1] ?? 0) + shift)];
      for (let i = 2; i < pieceMarks; i += 2)
        body.push(chunk.subarray((pieces[i] ?? 0) + shift, (pieces[i + 1] ?? 0) + shift));
      this.body = body;
    }
    if (!notes.noteGap(Math.max(notes.lastEnd, headBytes + bytes))) this.refusal = notes.refusal;
    this.gapBytes = notes.gapBytes;
    this.isTrailer = notes.isTrailer;
  }

  /** Grows with the head: there may be many slow clients. */
  private roomFor(length: number): Buffer {
    const { partial, limits } = this;
    if (partial !== undefined && partial.bytes.length >= length) return partial.bytes;
    const room = Buffer.allocUnsafeSlow(
      Math.min(limits.maxHeadBytes, Math.max(FIRST_ROOM_BYTES, length * 2)),
    );
    partial?.bytes.copy(room, 0, 0, partial.length);
    return room;
  }

  private keepPartial(at: number, headBytes: number, bytes: number): void {
    if (notes.firstAt < 0) return;
    const skipped = this.partial === undefined ? notes.firstAt : 0;
    const length = headBytes + bytes - skipped;
    if (length > this.limits.maxHeadBytes) {
      this.refusal = notes.fieldCount === 0 ? 414 : 431;
      return;
    }
    const room = this.roomFor(length);
    copyAt(at + skipped, bytes - skipped, room, headBytes);
    const { marks } = notes;
    if (skipped > 0) for (let i = 0; i < notes.fieldCount * 4; i++) marks[i] = (marks[i] ?? 0) - skipped;
    // The marks go with the message; the notes get new ones.
    notes.marks = [];
    this.partial = {
      bytes: room,
      length,
      marks,
      fieldCount: notes.fieldCount,
      kind: notes.kind,
      lineStart: notes.lineStart < 0 ? -1 : notes.lineStart - skipped,
      lineEnd: notes.lineEnd < 0 ? -1 : notes.lineEnd - skipped,
    };
  }
}

function headAt(address: number, length: number): HeadText {
  return new HeadText(view(), indexAt(address), length);
}

/** Of a head that came in parts; the last of them is in the window. */
function joined({ bytes, length }: Partial, headEnd: number): HeadText {
  const known = Math.min(headEnd, length);
  const whole = Buffer.allocUnsafe(headEnd);
  bytes.copy(whole, 0, 0, known);
  if (headEnd > known) copyAt(notes.origin + known, headEnd - known, whole, known);
  return new HeadText(whole, 0, headEnd);
}

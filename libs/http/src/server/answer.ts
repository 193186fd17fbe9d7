/** What a handler gives back, and how its head goes on the wire. */
import { STATUS_CODES } from 'node:http';
import type { ByteChannel } from '../byte-channel';
import { fieldLine, NameTable, ownText } from '../fields';
import { turn } from '../turn';

export type AnswerBody = string | Uint8Array | AsyncIterable<Uint8Array> | undefined;

/** Fields of an answer that is given again and again, with the same status. */
export interface RepeatedFields {
  readonly list: readonly string[];
  /** Ours: what they are on the wire. */
  written: unknown;
}

export interface ServerAnswer {
  readonly status: number;
  /** Ahead of `headers`. Default: none. */
  readonly repeated?: RepeatedFields | undefined;
  /** `[name, value, ...]`. Fields of the connection are ours, and left out. */
  readonly headers: readonly string[];
  /** A stream is written chunked unless `headers` holds its content-length. */
  readonly body: AnswerBody;
  /**
   * With status 101, to a request that `asksWebSocket`: behind the head, what this sends goes to the client, and what the client
   * sends is written to it. It is aborted where the client goes first, be that before the head is written.
   */
  readonly channel?: ByteChannel | undefined;
  /** Called exactly once, after the last byte or when the client has gone. */
  finish(bytes: number, isComplete: boolean): void;
}

export interface AnswerFraming {
  /** Of a body that is no stream. */
  readonly length: number | undefined;
  readonly version: number;
  readonly isHead: boolean;
  readonly isLast: boolean;
}

export interface AnswerHead {
  readonly text: string;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  /** Does the answer end with the connection? */
  readonly isLast: boolean;
}

export function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

/** Throws `FieldError` or `RangeError` where HTTP has no words for it. */
export function answerHead(answer: ServerAnswer, framing: AnswerFraming): AnswerHead {
  const { status } = answer;
  if (!Number.isInteger(status) || status < 200 || status > 999) throw new RangeError('not a status');
  const given = givenLines(answer);
  let { lines, contentLength } = given;
  if (contentLength === undefined && framing.length !== undefined && !isBodiless(status)) {
    contentLength = framing.length;
    lines += `Content-Length: ${contentLength}\r\n`;
  }
  return ended(status, lines, contentLength, given.hasDate, framing);
}

/** RFC 9110 15.2.2. Throws `FieldError` or `RangeError` where HTTP has no words for it. */
export function switchingHead(answer: ServerAnswer): string {
  if (answer.status !== 101) throw new RangeError('a channel belongs to a 101');
  const { lines, hasDate } = givenLines(answer);
  const date = hasDate ? '' : currentDate().line;
  return `${lines}${date}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
}

/** The first lines of a head, and what they say of what else belongs there. */
class Lines {
  constructor(
    readonly lines: string,
    readonly contentLength: number | undefined,
    readonly hasDate: boolean,
  ) {}
}

function givenLines({ status, repeated, headers }: ServerAnswer): Lines {
  return linesOf(
    status,
    headers,
    repeated === undefined ? statusLine(status) : writtenOnce(status, repeated),
  );
}

function writtenOnce(status: number, repeated: RepeatedFields): Lines {
  if (repeated.written instanceof Lines) return repeated.written;
  const { lines, contentLength, hasDate } = linesOf(status, repeated.list, statusLine(status));
  return (repeated.written = new Lines(ownText(lines), contentLength, hasDate));
}

function linesOf(status: number, headers: readonly string[], before: Lines): Lines {
  let { lines, contentLength, hasDate } = before;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    const kind = ANSWER_NAMES.kindOf(name);
    if (kind === 'ours') continue;
    if (kind === 'length') {
      // RFC 9110 8.6: none in these.
      if (contentLength !== undefined || status === 204 || status === 101) continue;
      contentLength = lengthOf(value);
    } else if (kind === 'date') hasDate = true;
    lines += fieldLine(name, value);
  }
  return new Lines(lines, contentLength, hasDate);
}

function lengthOf(value: string): number {
  const length = Number(value);
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError('not a length');
  return length;
}

function ended(
  status: number,
  lines: string,
  contentLength: number | undefined,
  hasDate: boolean,
  { version, isHead, isLast }: AnswerFraming,
): AnswerHead {
  const isOpen = contentLength === undefined && !isHead && !isBodiless(status);
  const isChunked = isOpen && version === 11;
  const endsByClosing = isLast || (isOpen && !isChunked);
  const text = lines + endLines(hasDate, isChunked, endsByClosing);
  return { text, contentLength, isChunked, isLast: endsByClosing };
}

/** HTTP/1.1 takes it for granted (RFC 9112 9.3), yet AWS says it in every answer. */
const KEEP_ALIVE = 'Connection: keep-alive\r\n\r\n';

function endLines(hasDate: boolean, isChunked: boolean, endsByClosing: boolean): string {
  if (!hasDate && !isChunked && !endsByClosing) return currentDate().keepAlive;
  const date = hasDate ? '' : currentDate().line;
  const coding = isChunked ? 'Transfer-Encoding: chunked\r\n' : '';
  return date + coding + (endsByClosing ? 'Connection: close\r\n\r\n' : KEEP_ALIVE);
}

/** Fields of an answer that are ours to write, or to look at. */
export const ANSWER_NAMES = new NameTable<'ours' | 'length' | 'date'>([
  ['date', 'date'],
  ['upgrade', 'ours'],
  ['connection', 'ours'],
  ['keep-alive', 'ours'],
  ['content-length', 'length'],
  ['proxy-connection', 'ours'],
  ['transfer-encoding', 'ours'],
]);

const statusLines = new Map<number, Lines>();

function statusLine(status: number): Lines {
  let known = statusLines.get(status);
  if (known === undefined) {
    known = new Lines(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`, undefined, false);
    statusLines.set(status, known);
  }
  return known;
}

interface DateLines {
  readonly line: string;
  /** And all that follows in most heads. */
  readonly keepAlive: string;
}

let dateLines: DateLines = { line: '', keepAlive: '' };
/** `performance.now()` at the end of the second that they tell; to look at the calendar costs three times as much. */
let dateEndsMs = 0;

function currentDate(): DateLines {
  const nowMs = turn.nowMs();
  if (nowMs < dateEndsMs) return dateLines;
  const date = new Date();
  const line = `Date: ${date.toUTCString()}\r\n`;
  dateLines = { line, keepAlive: ownText(line + KEEP_ALIVE) };
  dateEndsMs = nowMs + 1000 - date.getUTCMilliseconds();
  return dateLines;
}

/** An answer that we make by ourselves: JSON with a message, nothing about what is behind it. It ends the connection. */
export function refusalText(status: number): string {
  const body = JSON.stringify({ message: STATUS_CODES[status] ?? 'Error' });
  const allow = status === 405 ? 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n' : '';
  const fields = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n${allow}`;
  return `${statusLine(status).lines}${fields}${currentDate().line}Connection: close\r\n\r\n${body}`;
}

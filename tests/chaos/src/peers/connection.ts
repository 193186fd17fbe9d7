/** A client's connection on a raw socket. It never asks twice: what is not answered is told. */
import { connect, type Socket } from 'node:net';
import { AnswerParser, type Answer } from './answer-parser';

export type Outcome =
  | ({ readonly kind: 'answer' } & Answer)
  /** The connection could not be made. */
  | { readonly kind: 'refused'; readonly code: string }
  | {
      readonly kind: 'broken';
      readonly how: 'reset' | 'end';
      readonly heard: 'nothing' | 'part of a head' | 'a head';
      readonly status: number | undefined;
    }
  /** What came is no HTTP. */
  | { readonly kind: 'malformed'; readonly why: string }
  /** It was not closed, and said no more. */
  | { readonly kind: 'silence'; readonly heard: 'nothing' | 'part of a head' | 'a head' };

const SILENCE_MS = 30_000;

export class Connection {
  readonly socket: Socket;
  readonly parser = new AnswerParser();
  private readonly waiting: ((outcome: Outcome) => void)[] = [];
  private code: string | undefined;
  private isConnected = false;
  private isOver = false;
  private watch: NodeJS.Timeout | undefined;

  constructor(
    port: number,
    private readonly silenceMs = SILENCE_MS,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('connect', () => (this.isConnected = true));
    this.socket.on('data', (chunk: Buffer) => this.take(chunk));
    this.socket.on('end', () => this.ended());
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.code = error.code ?? error.message));
    this.socket.on('close', () => this.lost());
  }

  /** May another request be sent on it? */
  get isUsable(): boolean {
    return !this.isOver;
  }

  /** Several may be asked before the first is answered. */
  ask(request: string | Buffer): Promise<Outcome> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.isOver) return this.lost();
      if (typeof request === 'string') this.socket.write(request, 'latin1');
      else this.socket.write(request);
      this.listen();
    });
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.watch);
    this.socket.destroy();
  }

  private listen(): void {
    clearTimeout(this.watch);
    if (this.waiting.length > 0) this.watch = setTimeout(() => this.fallSilent(), this.silenceMs);
  }

  private fallSilent(): void {
    this.giveUp({ kind: 'silence', heard: this.parser.heard });
  }

  private take(chunk: Buffer): void {
    for (const answer of this.parser.push(chunk)) this.answered(answer);
    if (this.parser.fault !== undefined) this.giveUp({ kind: 'malformed', why: this.parser.fault });
  }

  private answered(answer: Answer): void {
    const resolve = this.waiting.shift();
    if (resolve === undefined) {
      this.parser.fault ??= 'an answer that nobody asked for';
      return;
    }
    this.isOver ||= answer.isLast;
    resolve({ kind: 'answer', ...answer });
    this.listen();
    // What was pipelined behind it will not be answered.
    if (answer.isLast) this.socket.end();
  }

  private ended(): void {
    const answer = this.parser.end();
    if (answer !== undefined) this.answered(answer);
    this.isOver = true;
  }

  private lost(): void {
    this.isOver = true;
    const { code, parser } = this;
    if (!this.isConnected && code !== undefined) return this.giveUp({ kind: 'refused', code });
    const how = code === undefined ? 'end' : 'reset';
    this.giveUp({ kind: 'broken', how, heard: parser.heard, status: parser.status });
  }

  private giveUp(outcome: Outcome): void {
    this.isOver = true;
    clearTimeout(this.watch);
    for (const resolve of this.waiting.splice(0)) resolve(outcome);
    this.socket.destroy();
  }
}

/** On a connection of its own, which is closed afterwards. */
export async function askOnce(port: number, request: string | Buffer, silenceMs?: number): Promise<Outcome> {
  const connection = new Connection(port, silenceMs);
  const outcome = await connection.ask(request);
  connection.close();
  return outcome;
}

export const HOST = 'api1.execute-api.localhost';

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly version?: '1.0' | '1.1';
  /** Lines, each ended. */
  readonly fields?: string;
  readonly body?: string;
}

export function requestText({
  method = 'GET',
  path = '/',
  host = HOST,
  version = '1.1',
  fields = '',
  body,
}: Asked): string {
  const length = body === undefined ? '' : `Content-Length: ${body.length}\r\n`;
  return `${method} ${path} HTTP/${version}\r\nHost: ${host}\r\n${fields}${length}\r\n${body ?? ''}`;
}

/** In few words, for a list of what went wrong. */
export function briefly(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'answer':
      return `${outcome.status} ${outcome.body.toString('latin1', 0, 80)}`;
    case 'refused':
      return outcome.code;
    case 'broken':
      return `${outcome.how} after ${outcome.heard}`;
    case 'malformed':
      return `malformed: ${outcome.why}`;
    case 'silence':
      return `silence after ${outcome.heard}`;
  }
}

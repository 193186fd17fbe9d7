/** One request and its answer on node:http. The answer's `finish` is called exactly once, whatever becomes of the client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, HeaderList, InboundRequest } from '@gatehouse/engine';
import type { ClientConnection } from './client-connection';
import { InboundBody } from './inbound-body';
import { refusal } from './refusal';
import type { SoundHead } from './request-head';

/** Longest wait for a client that takes no bytes. */
const STALLED_MS = 60_000;

export type Handle = (request: InboundRequest) => Answer | Promise<Answer>;

/** `draining`: answers ask for the connection's end. `closing`: an idle connection is closed at once. */
export interface ListenerState {
  phase: 'open' | 'draining' | 'closing';
}

export class HttpExchange {
  private readonly gone = new AbortController();
  private answer: Answer | undefined;
  private body: InboundBody | undefined;
  private sentBytes = 0;
  private isComplete = false;
  private isFinished = false;
  private isLast = false;
  private awaitsContinue: boolean;

  constructor(
    private readonly connection: ClientConnection,
    private readonly message: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly state: ListenerState,
    expectsContinue: boolean,
  ) {
    this.awaitsContinue = expectsContinue;
    connection.active.add(this);
    response.on('close', () => this.over());
  }

  /** Did a byte of the answer leave, or is one about to? */
  get isAnswering(): boolean {
    return this.response.headersSent;
  }

  run(head: SoundHead, handle: Handle): void {
    this.isLast = head.isUpgrade;
    const answer = handle(this.inbound(head));
    if (answer instanceof Promise)
      void answer.then(
        (late) => this.reply(late),
        () => this.refuse(500),
      );
    else this.reply(answer);
  }

  refuse(status: number): void {
    const { headers, body } = refusal(status);
    headers.push('Connection', 'close');
    this.connection.isDone = true;
    this.response.writeHead(status, headers);
    this.response.end(body);
  }

  clientGone(): void {
    this.over();
  }

  private inbound(head: SoundHead): InboundRequest {
    const { socket } = this.connection;
    const remote = socket.remoteAddress ?? '';
    this.body = new InboundBody(this.message, head.bodyBytes, {
      wanted: () => this.sendContinue(),
      tooSlow: () => this.connection.fail(408),
    });
    return {
      method: this.message.method ?? 'GET',
      path: head.path,
      query: head.query,
      host: head.host,
      headers: head.headers,
      protocol: `HTTP/${this.message.httpVersion}`,
      secure: false,
      sourceIp: remote.startsWith('::ffff:') ? remote.slice(7) : remote,
      localPort: socket.localPort ?? 0,
      body: this.body,
      signal: this.gone.signal,
    };
  }

  private sendContinue(): void {
    if (!this.awaitsContinue) return;
    this.awaitsContinue = false;
    this.response.writeContinue();
  }

  private reply(answer: Answer): void {
    this.answer = answer;
    if (this.isFinished) return this.reportFinish();
    try {
      this.write(answer);
    } catch {
      // The engine handed over a head that HTTP has no words for.
      cancel(answer);
      if (this.response.headersSent) this.connection.socket.destroy();
      else this.refuse(500);
    }
  }

  private write(answer: Answer): void {
    const { status, body } = answer;
    const head = answerHead(answer);
    if (this.isLast || this.awaitsContinue || this.state.phase !== 'open') {
      head.fields.push('Connection', 'close');
      this.connection.isDone = true;
    }
    this.response.writeHead(status, head.fields);
    if (this.message.method === 'HEAD' || isBodiless(status)) {
      cancel(answer);
      this.end(undefined);
    } else if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      // Never as a string: node:http would join it to the head and write both as UTF-8, field values included.
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      this.sentBytes = bytes?.byteLength ?? 0;
      this.end(bytes);
    } else {
      void this.pump(body, head.contentLength);
    }
  }

  private end(body: Uint8Array | undefined): void {
    this.isComplete = true;
    this.response.end(body);
    this.body?.discard();
  }

  /** The head leaves with the first bytes if those are at hand, and else by itself. */
  private async pump(body: AsyncIterable<Uint8Array>, announced: number | undefined): Promise<void> {
    const early = setImmediate(() => this.response.flushHeaders());
    try {
      for await (const chunk of body) {
        clearImmediate(early);
        if (this.isFinished) return;
        this.sentBytes += chunk.byteLength;
        if (!this.response.write(chunk)) await this.drained();
      }
      if (announced !== undefined && announced !== this.sentBytes)
        throw new Error('the body has another length');
      this.end(undefined);
    } catch {
      // The client must see that this is not all: no last chunk, no clean end.
      this.connection.socket.resetAndDestroy();
    } finally {
      clearImmediate(early);
    }
  }

  private drained(): Promise<void> {
    const { response } = this;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.connection.socket.destroy(), STALLED_MS);
      const settle = (): void => {
        clearTimeout(timer);
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.once('drain', settle).once('close', settle);
    });
  }

  /** Called at the end of the response, and when the socket closes. */
  private over(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.connection.active.delete(this);
    this.isComplete &&= this.response.writableFinished;
    if (!this.isComplete) this.gone.abort();
    if (this.answer !== undefined) this.reportFinish();
    if (this.state.phase === 'closing' && this.connection.active.size === 0) this.connection.linger();
  }

  private reportFinish(): void {
    const { answer } = this;
    if (answer === undefined) return;
    if (!this.isComplete) cancel(answer);
    answer.finish(this.sentBytes, this.isComplete);
  }
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

/** Gives back the source of a body that nobody will read on. */
function cancel({ body }: Answer): void {
  if (typeof body !== 'object' || body instanceof Uint8Array) return;
  void body[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined);
}

/** Fields that belong to this connection; the listener writes them itself. */
const OURS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

function answerHead(answer: Answer): { fields: HeaderList; contentLength: number | undefined } {
  const fields: HeaderList = [];
  let contentLength: number | undefined;
  for (let i = 0; i + 1 < answer.headers.length; i += 2) {
    const name = answer.headers[i] ?? '';
    const value = answer.headers[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (OURS.has(lower)) continue;
    if (lower === 'content-length') {
      if (contentLength !== undefined || answer.status === 204) continue;
      contentLength = Number(value);
    }
    fields.push(name, value);
  }
  const known = knownLength(answer);
  if (contentLength === undefined && known !== undefined) fields.push('Content-Length', String(known));
  return { fields, contentLength };
}

function knownLength({ body, status }: Answer): number | undefined {
  if (isBodiless(status)) return undefined;
  if (body === undefined) return 0;
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : undefined;
}

/** One request on one connection: from its dispatch to the last byte of the answer. */
import type { HeaderList, UpstreamReply } from '@gatehouse/engine';
import type { Dispatcher } from 'undici';
import type { Connection } from './connection';
import type { ConnectionPool } from './connection-pool';
import { OriginBody } from './origin-body';
import { codeOf, fault, upstreamError } from './upstream-fault';

export interface CallOptions {
  readonly pool: ConnectionPool;
  readonly connection: Connection;
  readonly dispatch: Dispatcher.DispatchOptions;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The origin closed a connection that it had answered on before, and said nothing to this request. */
export class StaleConnection extends Error {}

/** Rejects with `UpstreamError`, or with `StaleConnection` where another connection may be tried. */
export function callOrigin(options: CallOptions): Promise<UpstreamReply> {
  return new Promise((resolve, reject) => new OriginCall(options, resolve, reject).start());
}

class OriginCall implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private body: OriginBody | undefined;
  private isAnswered = false;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: CallOptions,
    private readonly resolve: (reply: UpstreamReply) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  start(): void {
    const { connection, dispatch, signal, timeoutMs } = this.options;
    if (signal.aborted) return this.fail(fault('aborted'));
    signal.addEventListener('abort', this.onAbort);
    this.timer = setTimeout(() => this.fail(fault('timeout')), timeoutMs);
    try {
      connection.dispatch(dispatch, this);
    } catch (error) {
      this.fail(upstreamError(error, true));
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isOver) controller.abort(fault('aborted'));
    this.controller = controller;
  }

  /** A long upload is no silence of the origin. */
  onBodySent(): void {
    this.timer?.refresh();
  }

  onResponseStarted(): void {
    this.isAnswered = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200 || this.isOver) return;
    clearTimeout(this.timer);
    const headers = headerList(controller.rawHeaders);
    const isBodiless = this.options.dispatch.method === 'HEAD' || status === 204 || status === 304;
    this.body = new OriginBody(isBodiless ? 0 : announcedLength(headers), {
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      abandon: () => this.fail(fault('aborted')),
    });
    this.resolve({ status, headers, body: this.body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body?.push(chunk);
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    const { connection, pool } = this.options;
    this.finish();
    connection.answers++;
    pool.give(connection);
    this.body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const isStale = this.options.connection.isUsedAgain && !this.isAnswered && isClosing(error);
    this.fail(isStale ? new StaleConnection() : upstreamError(error, this.controller !== undefined));
  }

  private readonly onAbort = (): void => this.fail(fault('aborted'));

  private fail(error: Error): void {
    if (this.isOver) return;
    this.finish();
    this.options.pool.drop(this.options.connection, error);
    this.body?.fail(error);
    this.reject(error);
  }

  private finish(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.options.signal.removeEventListener('abort', this.onAbort);
  }
}

function isClosing(error: Error): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

function headerList(raw: Dispatcher.DispatchController['rawHeaders']): HeaderList {
  const fields: unknown[] = Array.isArray(raw) ? raw : [];
  return fields.map((field) => (Buffer.isBuffer(field) ? field.toString('latin1') : String(field)));
}

function announcedLength(headers: HeaderList): number | undefined {
  let length: number | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]?.toLowerCase();
    if (name === 'transfer-encoding') return undefined;
    if (name === 'content-length') length = Number(headers[i + 1]);
  }
  return length;
}

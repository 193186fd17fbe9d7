// One kept-alive connection of a client, on a bare socket: one request at a time, every answer compared in full.
import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

export const getRequest = (host, path) =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 'latin1');

export class Connection {
  #socket;
  #received = [];
  #done;
  isOpen = false;

  /** `from`: `localAddress` and `localPort`, where they matter. */
  constructor(port, answer, from) {
    this.answer = answer;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, ...from });
    this.opened = new Promise((resolve) => {
      this.#socket.once('connect', () => resolve((this.isOpen = true)));
      this.#socket.once('close', () => resolve(false));
    });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isOpen = false;
      this.#finish(false);
    });
  }

  /** `done` hears whether the answer was right; a connection that closes first makes it wrong. */
  send(request, done) {
    this.#done = done;
    if (this.isOpen) this.#socket.write(request);
    else this.#finish(false);
  }

  close() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received.push(chunk);
    const bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = bytes.latin1Slice(0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    const bodyAt = headEnd + HEAD_END.length;
    // An answer without a length is none of ours: it counts as wrong.
    if (bytes.length < bodyAt + length) return;
    this.#received = [];
    this.#finish(head.startsWith('HTTP/1.1 200 ') && this.answer.equals(bytes.subarray(bodyAt)));
  }

  #finish(isRight) {
    const done = this.#done;
    this.#done = undefined;
    done?.(isRight);
  }
}

/** A client that says exactly the given bytes. */
import { connect, type Socket } from 'node:net';

export interface Heard {
  /** All that came, as latin1. */
  readonly text: string;
  /** Status of each answer. */
  readonly statuses: readonly number[];
  readonly wasReset: boolean;
}

/** Sends and listens until the other side closes. */
export function say(port: number, bytes: string): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let text = '';
    let wasReset = false;
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => (wasReset = error.code === 'ECONNRESET'));
    socket.on('close', () => resolve({ text, statuses: statusesOf(text), wasReset }));
  });
}

export function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** A connection that a spec holds on to. */
export class RawClient {
  text = '';
  isClosed = false;
  readonly socket: Socket;

  constructor(port: number, allowHalfOpen = false) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
    this.socket.on('data', (chunk) => (this.text += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
  }

  say(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }
}

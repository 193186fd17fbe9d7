/**
 * Whole messages go from one buffer of this thread to the kernel, past the machinery of streams: as a rule the kernel takes them
 * at once, and nobody waits to hear of it. Through a stream a write costs 0.8 us more of the 4 that it takes.
 *
 * `net.Socket` does the same with its handle, which is not in its documentation. Where this Node has no such handle, where the
 * socket speaks TLS, or where its stream has something to write, a message has to take the usual way.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { writeLatin1 } from './latin1';
import type { Loan } from './loans';

/** A message up to this leaves in one piece; of a larger one the body leaves from where it is. */
const PIECE_BYTES = 8192;

/** Goes with every write. One that the kernel does not take at once keeps it, and what it still has to write. */
interface Ticket {
  /** -1 = it was not needed. */
  getAsyncId(): number;
  oncomplete?: (this: Ticket, status: number) => void;
  socket?: Socket;
  held?: unknown;
  /** Of bytes that were lent. */
  loan?: Loan | undefined;
}

interface Handle {
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
  /** 0, or the negative number of an error. */
  writeBuffer(ticket: Ticket, bytes: Uint8Array): number;
  writev(ticket: Ticket, chunks: readonly unknown[], areBytes: boolean): number;
}

const NOT_NEEDED = -1;
const TicketOfNode = ticketOfNode();
let ticket: Ticket | undefined;
let piece = Buffer.allocUnsafeSlow(PIECE_BYTES);

/** `undefined` = it has to take the usual way, and nothing was written. Else: is all of it with the kernel? */
export function writeDirectly(
  socket: Socket,
  head: string,
  body: Uint8Array | undefined,
  loan?: Loan,
): boolean | undefined {
  const handle = handleOf(socket);
  if (handle === undefined || TicketOfNode === undefined) return undefined;
  ticket ??= new TicketOfNode();
  const given = ticket;
  const error = hand(handle, given, head, body);
  if (error !== 0) socket.destroy(writeError(error));
  if (given.getAsyncId() === NOT_NEEDED) return true;
  // The next message has one of its own.
  ticket = undefined;
  if (handle.writeQueueSize === 0) return true;
  leave(given, socket, body, loan);
  return false;
}

/** Of a socket without TLS whose stream has nothing to write. What the handle itself has, it writes first. */
function handleOf(socket: Socket): Handle | undefined {
  const { _handle: handle, encrypted } = socket as unknown as { _handle?: Handle; encrypted?: unknown };
  if (!handle || encrypted === true) return undefined;
  return socket.writable && socket.writableLength === 0 && !socket.connecting ? handle : undefined;
}

function hand(handle: Handle, given: Ticket, head: string, body: Uint8Array | undefined): number {
  const bodyBytes = body?.byteLength ?? 0;
  if (head.length + bodyBytes > PIECE_BYTES)
    return handle.writev(
      given,
      body === undefined ? [head, 'latin1'] : [head, 'latin1', body, 'buffer'],
      false,
    );
  const end = writeLatin1(piece, head);
  if (body !== undefined) piece.set(body, end);
  return handle.writeBuffer(given, new Uint8Array(piece.buffer, 0, end + bodyBytes));
}

/** The next message has a buffer of its own. */
function leave(given: Ticket, socket: Socket, body: Uint8Array | undefined, loan: Loan | undefined): void {
  given.socket = socket;
  given.oncomplete = completed;
  given.held = [piece, body];
  given.loan = loan;
  loan?.keep();
  piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
}

function completed(this: Ticket, status: number): void {
  this.loan?.giveBack();
  if (status < 0) this.socket?.destroy(writeError(status));
}

function writeError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' });
}

/** The class of what Node's own sockets hand over with a write: seen by a handle of ours that takes one. */
function ticketOfNode(): (new () => Ticket) | undefined {
  let seen: unknown;
  const handle = {
    readStart: () => 0,
    writeLatin1String: (given: object) => ((seen = given.constructor), 0),
    close: (done?: () => void) => done?.(),
  };
  try {
    const socket = new Socket({ handle } as unknown as SocketConstructorOpts);
    socket.write('-', 'latin1');
    socket.destroy();
  } catch {
    // Another Node.
  }
  return typeof seen === 'function' ? (seen as new () => Ticket) : undefined;
}

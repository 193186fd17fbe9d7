/**
 * Reads into one buffer that all sockets of this thread share. A read for which Node allocates costs memory, its collection and a
 * walk through the machinery of streams: 0.6 us of the 4.8 that one takes with its answer.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import { READ_BYTES } from './turn';

/** Holds what the last read brought, and until the next alone. */
export const READ_BUFFER = new Uint8Array(READ_BYTES);

/** What is kept. Small pieces share memory, which is much cheaper than one for each. */
export function copied(piece: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(piece.byteLength);
  copy.set(piece);
  return copy;
}

/** Of `net.Socket`, and not in its documentation. */
interface WithHandle {
  _handle: { readonly useUserBuffer?: unknown } | null;
}

/** A socket that has no `data`, but tells `onBytes` of views of `READ_BUFFER`. */
export interface SharedReads {
  readonly socket: Socket;
  onBytes: (bytes: Uint8Array) => void;
}

/**
 * Node lets sockets that connect read into a buffer (`onread`) and none that a server accepts, so the accepted one's handle moves to
 * a socket that is made with it. `undefined` where this is another Node that has no such handle; nothing has been touched then.
 */
export function withSharedReads(accepted: Socket): SharedReads | undefined {
  const owner = accepted as unknown as WithHandle;
  const handle = owner._handle;
  if (typeof handle?.useUserBuffer !== 'function') return undefined;
  owner._handle = null;
  const callback = (bytes: number): boolean => {
    reads.onBytes(READ_BUFFER.subarray(0, bytes));
    return true;
  };
  const options = { handle, allowHalfOpen: true, onread: { buffer: READ_BUFFER, callback } };
  const socket = new Socket(options as unknown as SocketConstructorOpts);
  const reads: SharedReads = { socket, onBytes: () => undefined };
  accepted.destroy();
  return reads;
}

/** Bytes both ways on a connection that has left HTTP for another protocol (RFC 9110 7.8). */
import type { CancelSignal } from './cancellation';

export interface ByteChannel {
  /** What the far end sends, until its end; throws where that breaks off. May be iterated once; what is not read is held back. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Aborts when the connection has broken off, whichever direction was in use. */
  readonly signal: CancelSignal;
  /** Resolves when there is room for more; rejects when the far end takes no more. `bytes` must not change any more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing follows from this side; what comes in goes on. */
  end(): void;
  /** Both directions, at once, and so that nobody takes it for a regular end. */
  abort(): void;
}

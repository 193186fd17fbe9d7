/** Sends a streamed request body as fast as the origin takes it. */
import type { Socket } from 'node:net';
import { drained } from '../drained';

export interface UploadJob {
  readonly socket: Socket;
  /** `undefined` = it is sent chunked. */
  readonly length: number | undefined;
  readonly head: string;
  /** Is the call still on this connection? */
  isCurrent(): boolean;
  /** The first bytes are asked for. */
  begun(): void;
  moved(): void;
}

/** Ends early, without an error, when the call has left the connection. */
export async function sendUpload(body: AsyncIterable<Uint8Array>, job: UploadJob): Promise<void> {
  const { socket, length } = job;
  const source = body[Symbol.asyncIterator]();
  let sent = 0;
  socket.write(job.head, 'latin1');
  job.begun();
  for (;;) {
    const step: IteratorResult<Uint8Array, undefined> = await source.next();
    if (!job.isCurrent()) {
      if (step.done !== true) source.return?.().then(undefined, () => undefined);
      return;
    }
    job.moved();
    if (step.done === true) break;
    const { value } = step;
    if (value.byteLength === 0) continue;
    sent += value.byteLength;
    if (length !== undefined && sent > length) throw new RangeError('the body is longer than announced');
    if (!writeChunk(socket, value, length === undefined)) await drained(socket);
  }
  if (length === undefined) socket.write('0\r\n\r\n', 'latin1');
  else if (sent !== length) throw new RangeError('the body is shorter than announced');
}

function writeChunk(socket: Socket, chunk: Uint8Array, isChunked: boolean): boolean {
  if (!isChunked) return socket.write(chunk);
  socket.cork();
  socket.write(`${chunk.byteLength.toString(16)}\r\n`, 'latin1');
  socket.write(chunk);
  const isRoomLeft = socket.write('\r\n', 'latin1');
  socket.uncork();
  return isRoomLeft;
}

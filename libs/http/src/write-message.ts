/** A message that is all there leaves in one write where it is small. */
import type { Socket } from 'node:net';
import { writeDirectly } from './direct-writes';
import { latin1Of } from './latin1';
import type { Loan } from './loans';
import { copied } from './shared-reads';

/** Head and body up to this leave as one string: one conversion is cheaper than a second buffer. */
const ONE_WRITE_BYTES = 2048;

/** `loan`: of the body, where it is lent. Is all of it with the kernel already? */
export function writeMessage(
  socket: Socket,
  head: string,
  body: Uint8Array | undefined,
  loan?: Loan,
): boolean {
  const isOut = writeDirectly(socket, head, body, loan);
  return isOut ?? writeAsUsual(socket, head, loan === undefined || body === undefined ? body : copied(body));
}

function writeAsUsual(socket: Socket, head: string, body: Uint8Array | undefined): boolean {
  if (body === undefined || body.byteLength === 0) socket.write(head, 'latin1');
  else if (body.byteLength <= ONE_WRITE_BYTES)
    socket.write(head + latin1Of(body, 0, body.byteLength), 'latin1');
  else {
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  }
  return socket.writableLength === 0;
}

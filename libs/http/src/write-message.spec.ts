import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { ReadRoom } from './loans';
import { turn } from './turn';
import { writeMessage } from './write-message';

const LARGE = 5000;
const turnOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** As one that speaks TLS: it has bytes of its stream for as long as its peer takes none. */
function encryptedSocket(): { socket: Socket; taken: Uint8Array[] } {
  const taken: Uint8Array[] = [];
  const stream = new Writable({
    write: (chunk: Uint8Array, _encoding, _taken) => void taken.push(chunk),
    writev: (chunks, _taken) => void taken.push(...chunks.map(({ chunk }) => chunk as Uint8Array)),
  });
  return { socket: Object.assign(stream, { encrypted: true }) as unknown as Socket, taken };
}

it('keeps a copy of what is lent where the socket may need it for longer', async () => {
  const room = new ReadRoom(true);
  const piece = room.buffer().subarray(0, LARGE).fill(1);
  const loan = room.lend(piece, { own: () => undefined });
  expect(loan).toBeDefined();
  const { socket, taken } = encryptedSocket();
  turn.atEnd({ writeOut: () => void writeMessage(socket, 'head', piece, loan) });
  await turnOver();
  piece.fill(255);
  expect(Buffer.concat(taken)).toEqual(Buffer.concat([Buffer.from('head'), Buffer.alloc(LARGE, 1)]));
  room.close();
});

import { MOST_LENT, ReadRoom, type Loan } from './loans';
import { READ_BUFFER } from './shared-reads';
import { turn } from './turn';

const LARGE = 5000;
const nobody = { own: () => undefined };
const turnOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const rooms: ReadRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) room.close();
  await turnOver();
});

function roomWith(fill: number, mayLend = true): { room: ReadRoom; piece: Uint8Array } {
  const room = new ReadRoom(mayLend);
  rooms.push(room);
  const piece = room.buffer().subarray(10, 10 + LARGE);
  piece.fill(fill);
  return { room, piece };
}

/** Overwrites all that may be read into, as connections that are busy do. */
function overwrite(): void {
  const others = Array.from({ length: 100 }, () => roomWith(255).room);
  for (const room of others) room.buffer().fill(255);
  for (const room of others) room.close();
}

it('leaves a piece alone until the turn is over, and has told its borrower of that before anything is written', async () => {
  const seen: string[] = [];
  const { room, piece } = roomWith(1);
  expect(room.lend(piece, { own: () => seen.push(`own ${piece[0]}`) })).toBeDefined();
  turn.atEnd({ writeOut: () => seen.push(`write ${piece[0]}`) });
  overwrite();
  await turnOver();
  expect(seen).toEqual(['own 1', 'write 1']);
});

it('uses a buffer again once its turn is over', async () => {
  const { room, piece } = roomWith(1);
  room.lend(piece, nobody);
  await turnOver();
  overwrite();
  expect(piece[0]).toBe(255);
});

it('leaves a piece that is kept alone until it is given back', async () => {
  const { room, piece } = roomWith(1);
  const loan = room.lend(piece, nobody);
  loan?.keep();
  await turnOver();
  overwrite();
  expect(piece[0]).toBe(1);
  loan?.giveBack();
  overwrite();
  expect(piece[0]).toBe(255);
});

it('lends so much and no more, until some of it comes back', async () => {
  const lend = (): Loan | undefined => {
    const { room, piece } = roomWith(1);
    const loan = room.lend(piece, nobody);
    room.close();
    return loan;
  };
  const loans = Array.from({ length: MOST_LENT }, lend);
  for (const loan of loans) loan?.keep();
  expect(loans).not.toContain(undefined);
  expect(lend()).toBeUndefined();
  await turnOver();
  expect(lend()).toBeUndefined();
  loans[0]?.giveBack();
  expect(lend()).toBeDefined();
  await turnOver();
  expect(lend()).toBeDefined();
  for (const loan of loans.slice(1)) loan?.giveBack();
});

it('lends nothing that is small, nor what others may read into', () => {
  const { room, piece } = roomWith(1);
  expect(room.lend(piece.subarray(0, 4000), nobody)).toBeUndefined();
  expect(room.buffer().buffer).toBe(piece.buffer);
  const shared = roomWith(1, false);
  expect(shared.room.buffer()).toBe(READ_BUFFER);
  expect(shared.room.lend(shared.piece, nobody)).toBeUndefined();
  const many = Array.from({ length: 100 }, () => roomWith(1));
  expect(many.at(-1)?.room.buffer()).toBe(READ_BUFFER);
  expect(many.at(-1)?.room.lend(piece, nobody)).toBeUndefined();
});

it('a room that is closed takes no buffer any more', () => {
  const { room } = roomWith(1);
  room.close();
  expect(room.buffer()).toBe(READ_BUFFER);
});

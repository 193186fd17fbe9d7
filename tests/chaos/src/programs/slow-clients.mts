// Slow clients in a process of their own, so that what they cost here is not taken for what they cost the gateway.
// Arguments: port, Host, how many. Prints lines of JSON: `opened` when all are connected, then `closed` when none is left.
import { connect, type Socket } from 'node:net';

const [port = '', host = '', count = '0'] = process.argv.slice(2);
const DRIP_MS = 2000;
/** So many connections are made at once. */
const BATCH = 200;

type Kind = 'silent' | 'head' | 'body';
const KINDS: readonly Kind[] = ['silent', 'head', 'body'];
const OPENINGS: Readonly<Record<Kind, string>> = {
  silent: '',
  head: `GET / HTTP/1.1\r\nHost: ${host}\r\n`,
  body: `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5000\r\n\r\n`,
};
const DRIPS: Readonly<Record<Kind, string>> = { silent: '', head: 'x: y\r\n', body: 'z' };

const lastMs: Record<Kind, number> = { silent: 0, head: 0, body: 0 };
const statuses: Record<string, number> = {};
let open = 0;
let refused = 0;

function start(kind: Kind): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), '127.0.0.1');
    let drip: NodeJS.Timeout | undefined;
    let openedAt = 0;
    let text = '';
    socket.on('connect', () => {
      open++;
      openedAt = performance.now();
      socket.write(OPENINGS[kind]);
      if (DRIPS[kind] !== '') drip = setInterval(() => socket.write(DRIPS[kind]), DRIP_MS);
      resolve();
    });
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(drip);
      resolve();
      if (openedAt === 0) refused++;
      else closed(kind, openedAt, text);
    });
  });
}

function closed(kind: Kind, openedAt: number, text: string): void {
  lastMs[kind] = Math.max(lastMs[kind], performance.now() - openedAt);
  const status = `${kind} ${/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'closed'}`;
  statuses[status] = (statuses[status] ?? 0) + 1;
  open--;
  if (open === 0 && isOpened) tell('closed');
}

const tell = (event: string): void => console.log(JSON.stringify({ event, open, refused, lastMs, statuses }));

let isOpened = false;
for (let begun = 0; begun < Number(count); begun += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, Number(count) - begun) }, (_value, i) =>
    start(KINDS[(begun + i) % KINDS.length] ?? 'head'),
  );
  await Promise.all(batch);
}
isOpened = true;
tell('opened');

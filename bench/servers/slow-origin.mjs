// An origin that answers `GET /slow` after `holdMs`, and all else at once. Argument: JSON (port, addresses, holdMs, answerFile). Says
// `{"ready"}`; on a line it tells `{"heldAt"}`: how many requests it held, by tenth of a second since the epoch.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const { port, addresses, holdMs, answerFile } = JSON.parse(process.argv[2]);
const body = readFileSync(answerFile);
const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`;
const answer = Buffer.concat([Buffer.from(head), body]);
const BACKLOG = 4096;
let held = 0;
const heldAt = {};
setInterval(() => (heldAt[Math.round(Date.now() / 100)] = held), 50);

function serve(socket) {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (text) => {
    received += text;
    if (!received.endsWith('\r\n\r\n')) return;
    const isSlow = received.startsWith('GET /slow ');
    received = '';
    if (!isSlow) return void socket.write(answer);
    held++;
    setTimeout(() => {
      held--;
      socket.write(answer);
    }, holdMs);
  });
}

await Promise.all(
  addresses.map(
    (host) =>
      new Promise((resolve) =>
        createServer({ noDelay: true }, serve).listen({ port, host, backlog: BACKLOG }, resolve),
      ),
  ),
);
console.log(JSON.stringify({ ready: true }));
process.stdin.on('data', () => console.log(JSON.stringify({ heldAt })));
process.once('SIGTERM', () => process.exit(0));

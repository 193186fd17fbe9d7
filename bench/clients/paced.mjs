// Sends each target so many calls a second, whatever the answers are. Argument: JSON (targets: port, perSecond; host, path,
// seconds). Prints how many were sent, and when those that passed (200) were answered, milliseconds from the start.
import { Connection, getRequest } from './connection.mjs';

const { targets, host, path, seconds } = JSON.parse(process.argv[2]);
const CONNECTIONS = 16;
const request = getRequest(host, path);
const empty = Buffer.alloc(0);
const passedMs = [];
let sent = 0;
let startedAt = 0;

async function opened(port) {
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(port, empty));
  await Promise.all(connections.map((one) => one.opened));
  return connections;
}

/** In turn, since a connection that sends nothing for long is closed. What comes due while none is free is sent as soon as one is. */
function pace(free, perSecond) {
  const total = Math.round(perSecond * seconds);
  let due = 0;
  let answered = 0;
  return new Promise((resolve, reject) => {
    let sentHere = 0;
    const sendDue = () => {
      due = Math.min(total, ((performance.now() - startedAt) / 1000) * perSecond);
      while (sentHere < due && free.length > 0) send(free.shift());
    };
    const send = (connection) => {
      sentHere++;
      sent++;
      connection.send(request, (isRight) => {
        if (isRight) passedMs.push(performance.now() - startedAt);
        if (!connection.isOpen) return reject(new Error('a connection was closed'));
        free.push(connection);
        if (++answered === total) finish();
        else sendDue();
      });
    };
    const timer = setInterval(sendDue, 1);
    const finish = () => {
      clearInterval(timer);
      resolve();
    };
  });
}

const pools = await Promise.all(targets.map(({ port }) => opened(port)));
startedAt = performance.now();
await Promise.all(targets.map(({ perSecond }, i) => pace(pools[i], perSecond)));
console.log(JSON.stringify({ sent, passedMs: passedMs.map((at) => Number(at.toFixed(2))) }));
process.exit(0);

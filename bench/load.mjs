// The load where there is no wrk: a closed loop over kept-alive connections. Every answer is compared in full.
// Arguments: port, name of the case, connections, seconds. Prints one line of JSON.
import { Agent, request } from 'node:http';
import { CASES, HOST } from './traffic.mjs';

const [port, name, connections, seconds] = process.argv.slice(2);
const { method, path, body, answer } = CASES.find((one) => one.name === name);
const expected = Buffer.from(answer);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = { host: HOST, ...(body && { 'content-length': Buffer.byteLength(body) }) };
const startedAt = performance.now();
const until = startedAt + Number(seconds) * 1000;
let requests = 0;
let wrong = 0;

function once() {
  return new Promise((resolve) => {
    const call = request({ port, host: '127.0.0.1', agent, method, path, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve(response.statusCode === 200 && Buffer.concat(chunks).equals(expected)),
      );
      response.on('error', () => resolve(false));
    });
    call.on('error', () => resolve(false));
    call.end(body);
  });
}

async function client() {
  while (performance.now() < until) {
    if (!(await once())) wrong++;
    requests++;
  }
}

await Promise.all(Array.from({ length: Number(connections) }, client));
console.log(JSON.stringify({ requests, wrong, seconds: (performance.now() - startedAt) / 1000 }));
process.exit(0);

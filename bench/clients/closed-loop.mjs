// The load where there is no wrk: a closed loop over kept-alive connections. Every answer is compared in full. Arguments:
// port, connections, seconds, then those of wrk.lua. Prints one line of JSON.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [port, connections, seconds, host, method, bodyFile, answerFile, pathsFile, headersFile] =
  process.argv.slice(2);
const body = bodyFile === '-' ? undefined : readFileSync(bodyFile);
const answer = readFileSync(answerFile);
const paths = readFileSync(pathsFile, 'utf8').split('\n');
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const more = readFileSync(headersFile, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(': '));
const headers = { host, ...Object.fromEntries(more), ...(body && { 'content-length': body.length }) };
const startedAt = performance.now();
const until = startedAt + Number(seconds) * 1000;
let requests = 0;
let wrong = 0;

function once(path) {
  return new Promise((resolve) => {
    const call = request({ port, host: '127.0.0.1', agent, method, path, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(response.statusCode === 200 && Buffer.concat(chunks).equals(answer)));
      response.on('error', () => resolve(false));
    });
    call.on('error', () => resolve(false));
    call.end(body);
  });
}

async function client() {
  while (performance.now() < until) {
    if (!(await once(paths[requests++ % paths.length]))) wrong++;
  }
}

await Promise.all(Array.from({ length: Number(connections) }, client));
console.log(JSON.stringify({ requests, wrong, seconds: (performance.now() - startedAt) / 1000 }));
process.exit(0);

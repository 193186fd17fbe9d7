// The origin where there is no nginx: answers the cases of traffic.mjs. Argument: its port.
import { createServer } from 'node:http';
import { CASES } from '../traffic.mjs';

const answers = new Map(CASES.map(({ method, path, answer }) => [`${method} ${path}`, Buffer.from(answer)]));
const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  let received = 0;
  request.on('data', (chunk) => (received += chunk.length));
  request.on('end', () => {
    const answer =
      request.method === 'POST' ? Buffer.from(`received ${received}`) : answers.get(`GET ${request.url}`);
    response.writeHead(answer ? 200 : 404, {
      'content-type': 'text/plain',
      'content-length': answer?.length ?? 0,
    });
    response.end(answer);
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

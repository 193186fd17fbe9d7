// Takes traces over OTLP/HTTP (protobuf) and counts the spans; `GET /` tells the count. Argument: its port.
import { createServer } from 'node:http';

let spans = 0;

/** Length-delimited fields `id` of a protobuf message, which is all that counting needs (opentelemetry-proto, trace.proto). */
function* messages(bytes, id) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const skip = { 0: varint, 1: () => (at += 8), 5: () => (at += 4) };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) !== 2) {
      skip[tag & 7]();
      continue;
    }
    const end = varint() + at;
    if (tag >> 3 === id) yield bytes.subarray(at, end);
    at = end;
  }
}

function spansIn(body) {
  let count = 0;
  for (const resourceSpans of messages(body, 1))
    for (const scopeSpans of messages(resourceSpans, 2)) count += [...messages(scopeSpans, 2)].length;
  return count;
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'POST') spans += spansIn(Buffer.concat(chunks));
    response.end(request.method === 'POST' ? '' : String(spans));
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

/** The HTTP listener of the Lambda API: reads a request whole, within limits, lets the guard decide, writes the answer. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AwsError, type WireRequest } from '@gatehouse/aws-wire';
import { requestTooLarge } from '../lambda-fault';
import { admit, namesKnownKey, requireHost, type GuardOptions } from './guard';
import { MAX_INVOKE_BYTES } from './invoke';
import type { Answer, LambdaApi } from './lambda-api';

/** A deployment package of 50 MB in base64: the limit that AWS names in its message. */
const MAX_UPLOAD_BYTES = 70_167_211;
/** Of a request that names no known key. */
const MAX_STRANGER_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 4096;

export function createLambdaServer(api: LambdaApi, guard: GuardOptions): Server {
  const server = createServer((message, response) => void serve(message, response, api, guard));
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 10_000;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  api: LambdaApi,
  guard: GuardOptions,
): Promise<void> {
  const requestId = randomUUID();
  let answer: Answer;
  try {
    const head = headOf(message);
    requireHost(head, guard);
    const request = { ...head, body: await read(message, limitOf(head, guard)) };
    answer = await api.answer(request, admit(request, guard), requestId);
  } catch (error) {
    answer = api.failed(error, requestId);
  }
  write(message, response, requestId, answer);
}

function headOf(message: IncomingMessage): Omit<WireRequest, 'body'> {
  const url = message.url ?? '';
  const mark = url.indexOf('?');
  const headers = new Map<string, string>();
  for (const name in message.headers) headers.set(name, String(message.headers[name]));
  return {
    method: message.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
  };
}

interface BodyLimit {
  readonly bytes: number;
  readonly operation: string;
}

function limitOf({ path, headers }: Omit<WireRequest, 'body'>, guard: GuardOptions): BodyLimit {
  const isInvoke = /\/invocations\/?$/.test(path);
  const operation = isInvoke ? 'InvokeFunction' : 'Lambda';
  if (!namesKnownKey(headers.get('authorization'), guard)) return { bytes: MAX_STRANGER_BYTES, operation };
  return { bytes: isInvoke ? MAX_INVOKE_BYTES : MAX_UPLOAD_BYTES, operation };
}

/** Rejects with `RequestTooLargeException` as soon as it is known, without reading the rest. */
function read(message: IncomingMessage, { bytes, operation }: BodyLimit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (): void => {
      message.off('data', take);
      reject(requestTooLarge(bytes, operation));
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > bytes) refuse();
      else chunks.push(chunk);
    };
    if (Number(message.headers['content-length'] ?? 0) > bytes) return refuse();
    message.on('data', take);
    message.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    message.on('error', () => reject(AwsError.badRequest('The request ended early.')));
  });
}

function write(message: IncomingMessage, response: ServerResponse, requestId: string, answer: Answer): void {
  if (response.destroyed) return;
  const { status, headers, body } = answer;
  response.writeHead(status, {
    ...headers,
    'x-amzn-requestid': requestId,
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
    // What was not read of the request must not be taken for another one.
    ...(!message.complete && { connection: 'close' }),
  });
  response.end(body);
}

/** Signed calls of the Lambda API over kept-alive connections. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { signSigV4 } from '@gatehouse/standards';

export interface Key {
  readonly accessKeyId: string;
  readonly secret: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  /** The client's own where absent. */
  readonly key?: Key;
  /** That the signature is for; `lambda` where absent. */
  readonly service?: string;
  readonly headers?: Record<string, string>;
  /** Sent, but not signed. */
  readonly unsigned?: Record<string, string>;
}

export interface SignedClient {
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>;
  close(): void;
}

export function signedClient(port: number, own: Key): SignedClient {
  const agent = new Agent({ keepAlive: true });
  return {
    call: (method, path, body, { key = own, service = 'lambda', headers = {}, unsigned = {} } = {}) => {
      const bytes = bytesOf(body);
      const [bare = '', query = ''] = path.split('?');
      const named = { host: `127.0.0.1:${port}`, ...headers };
      const signed = signSigV4(
        { method, path: bare, query, headers: new Map(Object.entries(named)), body: bytes },
        { ...key, region: 'us-east-1', service, date: new Date() },
      );
      return send(
        { port, agent, method, path, headers: { ...Object.fromEntries(signed), ...unsigned } },
        bytes,
      );
    },
    close: () => agent.destroy(),
  };
}

function bytesOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

interface Sent {
  readonly port: number;
  readonly agent: Agent;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
}

function send(options: Sent, body: Buffer): Promise<Reply> {
  const headers = { ...options.headers, 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, host: '127.0.0.1', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json = (text === '' ? {} : JSON.parse(text)) as Reply['json'];
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

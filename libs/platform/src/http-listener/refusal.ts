/** Answers that the listener makes by itself: JSON with a message, nothing about what is behind it. */
import { STATUS_CODES } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly headers: string[];
  readonly body: string;
}

export function refusal(status: number): Refusal {
  const body = JSON.stringify({ message: STATUS_CODES[status] ?? 'Error' });
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length)];
  if (status === 405) headers.push('Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
  return { status, headers, body };
}

/** For a socket on which no request was understood. */
export function rawRefusal(status: number): string {
  const { headers, body } = refusal(status);
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}Connection: close\r\n\r\n${body}`;
}

/** Status for what node's parser refused. */
export function statusOfParseError(code: string | undefined): number {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}

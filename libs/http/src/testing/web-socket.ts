/** WebSocket as far as a spec needs it (RFC 6455): the handshake's bytes, and a masked or plain text frame. */
import { createHash } from 'node:crypto';

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** `more` = further lines, each with its end. */
export const handshake = (path = '/', more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: gw.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`;

export const ACCEPT = createHash('sha1').update(`${KEY}${GUID}`).digest('base64');

export const SWITCHED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`;

const MASK = Buffer.from([1, 2, 3, 4]);

/** A whole text message of less than 126 bytes (5.2); clients mask (5.3). */
export function textFrame(text: string, isMasked: boolean): Buffer {
  const payload = Buffer.from(text);
  if (!isMasked) return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
  const masked = payload.map((byte, i) => byte ^ (MASK[i % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), MASK, masked]);
}

/** The text of such a masked frame. */
export function unmasked(frame: Uint8Array): string {
  const mask = frame.subarray(2, 6);
  return Buffer.from(frame.subarray(6).map((byte, i) => byte ^ (mask[i % 4] ?? 0))).toString();
}

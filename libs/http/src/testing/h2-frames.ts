/** Raw HTTP/2 frames (RFC 9113 4.1), for what no decent client would send. */
import { connect, type TLSSocket } from 'node:tls';

export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;
export const END_STREAM = 1;
export const END_HEADERS = 4;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = EMPTY): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const EMPTY = new Uint8Array(0);

/** HPACK (RFC 7541 6.2.2): literals that are not indexed, each shorter than 127 bytes. */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.map(([name, value]) =>
      Buffer.concat([
        Buffer.from([0, name.length]),
        Buffer.from(name),
        Buffer.from([value.length]),
        Buffer.from(value),
      ]),
    ),
  );
}

export const requestBlock = (method: string): Buffer =>
  fieldBlock([
    [':method', method],
    [':scheme', 'https'],
    [':path', '/'],
    [':authority', 'gw.test'],
  ]);

export const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Speaks h2; the preface and empty settings are sent. */
export function rawSession(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false },
      () => {
        socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0)]));
        socket.off('error', reject).on('error', () => undefined);
        socket.resume();
        resolve(socket);
      },
    );
    socket.on('error', reject);
  });
}

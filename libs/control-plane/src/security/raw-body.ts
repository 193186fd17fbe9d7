/** Gathers the body as bytes, since a signature covers exactly those, and names the request. */
import { randomUUID } from 'node:crypto';
import type { NextFunction, Response } from 'express';
import { serialiseError, AwsError } from '@gatehouse/aws-wire';
import type { AdminRequest } from './admin-request';

/** As the gateway's own limit: an OpenAPI document fits. */
const MAX_BYTES = 10 * 1024 * 1024;

export function rawBody(request: AdminRequest, response: Response, next: NextFunction): void {
  const requestId = randomUUID();
  request.requestId = requestId;
  const chunks: Buffer[] = [];
  let size = 0;
  const refuse = (): void => {
    const fault = serialiseError(
      new AwsError('RequestEntityTooLargeException', 413, 'Request body is larger than 10 MiB'),
      requestId,
    );
    response
      .status(fault.status)
      .set({ ...fault.headers, connection: 'close' })
      .send(Buffer.from(fault.body));
    request.removeAllListeners('data');
    request.resume();
  };
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BYTES) refuse();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (size > MAX_BYTES) return;
    request.rawBody = Buffer.concat(chunks);
    next();
  });
  request.on('error', () => response.destroy());
}

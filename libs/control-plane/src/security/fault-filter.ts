/** Everything that is thrown becomes an answer in the dialect of its surface: AWS's error form, or problem+json (RFC 9457). */
import { AwsError, serialiseError } from '@gatehouse/aws-wire';
import { reasonOf, type Logger } from '@gatehouse/platform';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { toAwsError } from '../aws/dispatch';
import { isNative, type AdminRequest } from './admin-request';

@Catch()
export class FaultFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') {
      this.logger.warn('a message was refused', { reason: reasonOf(error) });
      return;
    }
    const request = host.switchToHttp().getRequest<AdminRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const fault = this.asAwsError(error, request.requestId ?? '');
    if (response.headersSent) return;
    if (isNative(request.path)) writeProblem(response, fault, request.requestId ?? '');
    else writeAws(response, fault, request.requestId ?? '');
  }

  private asAwsError(error: unknown, requestId: string): AwsError {
    if (error instanceof HttpException) {
      const code = error.getStatus() === 404 ? 'NotFoundException' : 'BadRequestException';
      return new AwsError(code, error.getStatus(), error.message);
    }
    return toAwsError(error, (fault) =>
      this.logger.error('request failed', { requestId, reason: reasonOf(fault) }),
    );
  }
}

function writeAws(response: Response, fault: AwsError, requestId: string): void {
  const { status, headers, body } = serialiseError(fault, requestId);
  response.status(status).set(headers).send(Buffer.from(body));
}

/** `type` is a tag URI (RFC 4151), so that it can be matched and promises no page. */
function writeProblem(response: Response, fault: AwsError, requestId: string): void {
  const title = fault.code.replace(/Exception$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  const body = {
    type: `tag:gatehouse,2026:${fault.code}`,
    title,
    status: fault.status,
    detail: fault.message,
    instance: `urn:uuid:${requestId}`,
  };
  response
    .status(fault.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(body)));
}

/** Everything that no native route takes is AWS's surface: one catch-all, since the SDKs fix the paths at the root. */
import { reasonOf, type Logger } from '@gatehouse/platform';
import { All, Controller, Inject, NotFoundException, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { isNative, wireRequest, type AdminRequest } from '../security/admin-request';
import { AWS_SURFACE, LOGGER } from '../tokens';
import type { AwsSurface } from './dispatch';

@ApiExcludeController()
@Controller()
export class AwsController {
  constructor(
    @Inject(AWS_SURFACE) private readonly surface: AwsSurface,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @All('{*path}')
  async any(@Req() request: AdminRequest, @Res() response: Response): Promise<void> {
    if (isNative(request.path)) throw new NotFoundException('There is no such native resource');
    const { caller, requestId = '' } = request;
    if (!caller) throw new Error('the guard let a request pass without a caller');
    const answer = await this.surface.answer(wireRequest(request), caller, requestId, (error) =>
      this.logger.error('operation failed', { requestId, reason: reasonOf(error) }),
    );
    response.status(answer.status).set(answer.headers).send(Buffer.from(answer.body));
  }
}

/**
 * A refusal of a catalog rule, in AWS's words. Surfaces put it into their own dialect (AWS error form, problem+json).
 */
export type FaultCode =
  'BadRequestException' | 'NotFoundException' | 'ConflictException' | 'LimitExceededException';

export class CatalogFault extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
  ) {
    super(message);
    this.name = 'CatalogFault';
  }
}

export const badRequest = (message: string): CatalogFault => new CatalogFault('BadRequestException', message);
export const notFound = (message: string): CatalogFault => new CatalogFault('NotFoundException', message);
export const limitExceeded = (message: string): CatalogFault =>
  new CatalogFault('LimitExceededException', message);
export const conflict = (message: string): CatalogFault => new CatalogFault('ConflictException', message);

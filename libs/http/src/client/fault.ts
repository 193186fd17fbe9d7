/** What can go wrong on the way to an origin and back. Messages name no address. */

export type ClientFaultKind =
  | 'timeout' // no head in time
  | 'busy' // the pool is full
  | 'unconnected' // no connection was made; `cause` says why
  | 'broken' // the exchange broke off, or what came was no answer
  | 'aborted';

export class ClientFault extends Error {
  constructor(
    readonly kind: ClientFaultKind,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'ClientFault';
  }
}

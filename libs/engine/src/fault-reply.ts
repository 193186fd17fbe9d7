/** A refusal as the client gets it, in the dialect of its kind of API. Logs and spans read it from the exchange. */
import type { Fault } from './errors';
import type { Exchange, Reply } from './exchange';

export function faultReply(x: Exchange, fault: Fault): Reply {
  x.fault = fault;
  const body = JSON.stringify({ [fault.isCapital === true ? 'Message' : 'message']: fault.message });
  const headers =
    x.facts.kind === 'REST'
      ? ['x-amzn-ErrorType', fault.errorType, 'Content-Type', 'application/json']
      : ['content-type', 'application/json'];
  if (x.challenge !== undefined) headers.push('www-authenticate', x.challenge);
  return { status: fault.status, headers, body };
}

/** A refusal as the client gets it, in the dialect of its kind of API. Logs and spans read it from the exchange. */
import type { Fault } from './errors';
import type { Exchange, HeaderList, Reply } from './exchange';
import { gatewayBody, setGatewayHeaders, type GatewayResponse } from './gateway-responses/gateway-response';

export function faultReply(x: Exchange, fault: Fault): Reply {
  x.fault = fault;
  if (x.facts.kind === 'HTTP') {
    return {
      status: fault.status,
      headers: withChallenge(x, ['content-type', JSON_TYPE]),
      body: bodyOf(fault),
    };
  }
  const custom = fault.kind === undefined ? undefined : x.facts.gatewayResponses.get(fault.kind);
  return custom === undefined ? defaultReply(x, fault) : customReply(x, fault, custom);
}

const JSON_TYPE = 'application/json';

function defaultReply(x: Exchange, fault: Fault): Reply {
  const headers = withChallenge(x, ['x-amzn-ErrorType', fault.errorType, 'Content-Type', JSON_TYPE]);
  return { status: fault.status, headers, body: restBody(fault) };
}

function customReply(x: Exchange, fault: Fault, custom: GatewayResponse): Reply {
  const { type, body } = gatewayBody(x, custom) ?? { type: JSON_TYPE, body: restBody(fault) };
  const headers = withChallenge(x, ['x-amzn-ErrorType', fault.errorType, 'Content-Type', type]);
  setGatewayHeaders(x, custom, headers);
  return { status: custom.status ?? fault.status, headers, body };
}

function bodyOf({ isCapital, message }: Fault): string {
  return JSON.stringify({ [isCapital === true ? 'Message' : 'message']: message });
}

const OF_INTEGRATION = new Set(['API_CONFIGURATION_ERROR', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT']);

/** Where an integration is at fault AWS writes a blank behind the colon (seen in recorded lengths). */
function restBody(fault: Fault): string {
  const isIntegration = fault.kind !== undefined && OF_INTEGRATION.has(fault.kind);
  return isIntegration ? `{"message": ${JSON.stringify(fault.message)}}` : bodyOf(fault);
}

function withChallenge({ challenge }: Exchange, headers: HeaderList): HeaderList {
  if (challenge !== undefined) headers.push('www-authenticate', challenge);
  return headers;
}

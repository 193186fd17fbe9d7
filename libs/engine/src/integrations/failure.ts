/** What goes wrong at an integration, in the gateway's own words. */
import { GatewayError } from '../errors';
import type { Exchange, Reply } from '../exchange';
import { UpstreamError, type UpstreamFault } from '../ports';

/** nginx's number for a client that closed its request; nobody is left to read it. */
export const CLIENT_GONE_STATUS = 499;

/** Without a reader there is nothing to say; else throws the error that answers. */
export function answerFailure(x: Exchange, error: unknown): Reply {
  x.integrationError = error instanceof Error ? error.message : 'failed';
  if (x.isUploadTooLarge) throw new GatewayError('REQUEST_TOO_LARGE');
  const isGone = x.request.signal.aborted || (error instanceof UpstreamError && error.fault === 'aborted');
  if (isGone) return { status: CLIENT_GONE_STATUS, headers: [], body: undefined };
  throw error instanceof UpstreamError ? gatewayError(error.fault) : error;
}

/** Each dialect has its own status for these kinds: see the table of errors. */
function gatewayError(fault: UpstreamFault): GatewayError {
  switch (fault) {
    case 'timeout':
      return new GatewayError('INTEGRATION_TIMEOUT');
    case 'broken':
      return new GatewayError('INTEGRATION_FAILURE', 'Network error communicating with endpoint');
    case 'blocked':
      return new GatewayError('API_CONFIGURATION_ERROR');
    case 'refused':
    case 'unresolved':
    case 'aborted':
      return new GatewayError('INTEGRATION_FAILURE');
  }
}

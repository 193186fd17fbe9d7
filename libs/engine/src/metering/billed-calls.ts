/**
 * How many calls a call is billed as. AWS charges none that it refused for who called, for a key or for a limit (API Gateway
 * pricing, "API calls"), and meters HTTP APIs in increments of 512 KB.
 *
 * DIFFERS: refused calls in a statement; what the gateway answered by itself is never charged, a body it did not take either.
 */
import type { GatewayResponseKind } from '../errors';
import type { Exchange } from '../exchange';

type Charge = 'never' | 'if-answered' | 'always';

/** `if-answered`: where the integration had answered before it went wrong. */
const CHARGES: Readonly<Record<GatewayResponseKind, Charge>> = {
  ACCESS_DENIED: 'never',
  API_CONFIGURATION_ERROR: 'if-answered',
  AUTHORIZER_CONFIGURATION_ERROR: 'never',
  AUTHORIZER_FAILURE: 'never',
  BAD_REQUEST_BODY: 'never',
  BAD_REQUEST_PARAMETERS: 'never',
  DEFAULT_4XX: 'never',
  DEFAULT_5XX: 'if-answered',
  EXPIRED_TOKEN: 'never',
  INTEGRATION_FAILURE: 'always',
  INTEGRATION_TIMEOUT: 'always',
  INVALID_API_KEY: 'never',
  INVALID_SIGNATURE: 'never',
  MISSING_AUTHENTICATION_TOKEN: 'never',
  QUOTA_EXCEEDED: 'never',
  REQUEST_TOO_LARGE: 'never',
  RESOURCE_NOT_FOUND: 'never',
  THROTTLED: 'never',
  UNAUTHORIZED: 'never',
  UNSUPPORTED_MEDIA_TYPE: 'never',
  WAF_FILTERED: 'never',
};

const INCREMENT_BYTES = 512 * 1024;

/** What of an exchange decides it. */
export type BilledExchange = Pick<
  Exchange,
  'fault' | 'integrationStatus' | 'requestBytes' | 'responseBytes'
> & {
  readonly facts: Pick<Exchange['facts'], 'kind'>;
};

/** 0 where nothing is charged, 1 for a call of a REST API, 1 or more for one of an HTTP API: by the larger of its two bodies. */
export function billedCalls(x: BilledExchange): number {
  if (!isCharged(x)) return 0;
  if (x.facts.kind === 'REST') return 1;
  return Math.max(1, Math.ceil(Math.max(x.requestBytes, x.responseBytes) / INCREMENT_BYTES));
}

function isCharged({ fault, integrationStatus }: BilledExchange): boolean {
  if (fault === undefined) return true;
  const charge = fault.kind === undefined ? 'never' : CHARGES[fault.kind];
  return charge === 'always' || (charge === 'if-answered' && integrationStatus !== undefined);
}

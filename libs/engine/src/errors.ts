/**
 * One table of every answer the gateway makes by itself: the 21 gateway-response types of REST APIs with default
 * status, AWS error name and message (Amazon API Gateway developer guide, "Gateway response types").
 * `status: null` marks the two class defaults, which never answer by themselves.
 */
export type GatewayResponseKind =
  | 'ACCESS_DENIED'
  | 'API_CONFIGURATION_ERROR'
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  | 'AUTHORIZER_FAILURE'
  | 'BAD_REQUEST_BODY'
  | 'BAD_REQUEST_PARAMETERS'
  | 'DEFAULT_4XX'
  | 'DEFAULT_5XX'
  | 'EXPIRED_TOKEN'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_API_KEY'
  | 'INVALID_SIGNATURE'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'QUOTA_EXCEEDED'
  | 'REQUEST_TOO_LARGE'
  | 'RESOURCE_NOT_FOUND'
  | 'THROTTLED'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'WAF_FILTERED';

/** Ends a request. `detail` replaces the default message and must be fit for the client. */
export class GatewayError extends Error {
  constructor(
    readonly kind: GatewayResponseKind,
    readonly detail?: string,
  ) {
    super(detail ?? kind);
    this.name = 'GatewayError';
  }
}

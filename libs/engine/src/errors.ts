/**
 * One table of every answer the gateway makes by itself: the 21 gateway-response types of REST APIs with default
 * status, AWS error name and message (Amazon API Gateway developer guide, "Gateway response types"), and what an HTTP API
 * says in the same case. `status: null` marks the two class defaults, which never answer by themselves.
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

/** Ends a request. The others replace the defaults of a REST API; `detail` must be fit for the client. */
export class GatewayError extends Error {
  constructor(
    readonly kind: GatewayResponseKind,
    readonly detail?: string,
    readonly status?: number,
    readonly errorType?: string,
  ) {
    super(detail ?? kind);
    this.name = 'GatewayError';
  }
}

export interface GatewayResponseDefault {
  readonly status: number | null;
  /** `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** `null` is sent as JSON null. */
  readonly message: string | null;
}

const row = (status: number | null, errorType: string, message: string | null): GatewayResponseDefault => ({
  status,
  errorType,
  message,
});

export const GATEWAY_RESPONSES: Readonly<Record<GatewayResponseKind, GatewayResponseDefault>> = {
  ACCESS_DENIED: row(403, 'AccessDeniedException', 'User is not authorized to access this resource'),
  API_CONFIGURATION_ERROR: row(500, 'InternalServerErrorException', 'Internal server error'),
  AUTHORIZER_CONFIGURATION_ERROR: row(500, 'AuthorizerConfigurationException', null),
  AUTHORIZER_FAILURE: row(500, 'AuthorizerFailureException', null),
  BAD_REQUEST_BODY: row(400, 'BadRequestException', 'Invalid request body'),
  BAD_REQUEST_PARAMETERS: row(400, 'BadRequestException', 'Bad Request'),
  DEFAULT_4XX: row(null, 'BadRequestException', null),
  DEFAULT_5XX: row(null, 'InternalServerErrorException', null),
  EXPIRED_TOKEN: row(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
  // The guide's table says 504; recorded answers are 500.
  INTEGRATION_FAILURE: row(500, 'InternalServerErrorException', 'Internal server error'),
  INTEGRATION_TIMEOUT: row(504, 'InternalServerErrorException', 'Endpoint request timed out'),
  INVALID_API_KEY: row(403, 'ForbiddenException', 'Forbidden'),
  INVALID_SIGNATURE: row(
    403,
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided.',
  ),
  MISSING_AUTHENTICATION_TOKEN: row(
    403,
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ),
  QUOTA_EXCEEDED: row(429, 'LimitExceededException', 'Limit Exceeded'),
  REQUEST_TOO_LARGE: row(413, 'RequestTooLargeException', 'Request Too Long'),
  RESOURCE_NOT_FOUND: row(404, 'ResourceNotFoundException', 'Not Found'),
  THROTTLED: row(429, 'TooManyRequestsException', 'Too Many Requests'),
  UNAUTHORIZED: row(401, 'UnauthorizedException', 'Unauthorized'),
  UNSUPPORTED_MEDIA_TYPE: row(415, 'BadRequestException', 'Unsupported Media Type'),
  WAF_FILTERED: row(403, 'ForbiddenException', 'Forbidden'),
};

/** One refusal as the client sees it. */
export interface Fault {
  /** Absent for refusals that belong to no API, so no gateway response could reshape them. */
  readonly kind?: GatewayResponseKind;
  readonly status: number;
  readonly errorType: string;
  readonly message: string | null;
  /** The member of the body is `Message`. */
  readonly isCapital?: boolean;
}

/** Unknown API, stage or host; disabled default endpoint (REST dialect). */
export const FORBIDDEN: Fault = { status: 403, errorType: 'ForbiddenException', message: 'Forbidden' };

/** Unknown stage, or disabled default endpoint, of an HTTP API. */
export const NOT_FOUND: Fault = { status: 404, errorType: 'NotFoundException', message: 'Not Found' };

/** Header fields above 10,240 bytes. AWS documents the limit, not the answer. */
export const HEADERS_TOO_LARGE: Fault = {
  kind: 'DEFAULT_4XX',
  status: 431,
  errorType: 'BadRequestException',
  message: 'Request Header Fields Too Large',
};

/** The class default that stands for a type which is not customised itself. */
export function classOf(kind: GatewayResponseKind): 'DEFAULT_4XX' | 'DEFAULT_5XX' {
  const { status, errorType } = GATEWAY_RESPONSES[kind];
  const isClient = status === null ? errorType === GATEWAY_RESPONSES.DEFAULT_4XX.errorType : status < 500;
  return isClient ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
}

export function restFault(error: GatewayError): Fault {
  const defaults = GATEWAY_RESPONSES[error.kind];
  return {
    kind: error.kind,
    // The two class defaults hold no status of their own; a step that throws one is at fault itself.
    status: error.status ?? defaults.status ?? 500,
    errorType: error.errorType ?? defaults.errorType,
    message: error.detail ?? defaults.message,
    ...(isAccessDenied(error) && { isCapital: true }),
  };
}

/** Recorded on AWS: a refusal by policies says `Message`, all others say `message`. */
function isAccessDenied({ kind, errorType }: GatewayError): boolean {
  return kind === 'ACCESS_DENIED' && errorType === undefined;
}

/** HTTP APIs have no gateway responses and fewer words: one status with its reason. */
export function httpFault(error: GatewayError): Fault {
  const { errorType } = GATEWAY_RESPONSES[error.kind];
  const status = httpStatusOf(error.kind);
  return {
    kind: error.kind,
    status,
    errorType,
    message: HTTP_REASONS.get(status) ?? 'Internal Server Error',
  };
}

function httpStatusOf(kind: GatewayResponseKind): number {
  switch (kind) {
    case 'INTEGRATION_FAILURE':
    case 'INTEGRATION_TIMEOUT':
      return 503;
    case 'AUTHORIZER_CONFIGURATION_ERROR':
    case 'AUTHORIZER_FAILURE':
      return 500;
    default:
      return GATEWAY_RESPONSES[kind].status ?? 500;
  }
}

const HTTP_REASONS: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [413, 'Request Entity Too Large'],
  [415, 'Unsupported Media Type'],
  [429, 'Too Many Requests'],
  [503, 'Service Unavailable'],
]);

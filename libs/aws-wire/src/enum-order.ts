// The order in which AWS lists an enum's values in its validation messages, where it was recorded and differs from the
// order of the published model. A list here holds the same values as the model's.
import type { ServiceName } from './service-model';

const recorded: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>> = {
  apigateway: {
    Op: 'add remove move test replace copy',
    IntegrationType: 'HTTP MOCK AWS_PROXY HTTP_PROXY AWS',
    EndpointType: 'PRIVATE EDGE REGIONAL',
    IpAddressType: 'ipv4 dualstack',
    GatewayResponseType:
      'REQUEST_TOO_LARGE RESOURCE_NOT_FOUND AUTHORIZER_CONFIGURATION_ERROR MISSING_AUTHENTICATION_TOKEN ' +
      'BAD_REQUEST_BODY INVALID_SIGNATURE INVALID_API_KEY BAD_REQUEST_PARAMETERS AUTHORIZER_FAILURE UNAUTHORIZED ' +
      'INTEGRATION_TIMEOUT ACCESS_DENIED DEFAULT_4XX DEFAULT_5XX WAF_FILTERED QUOTA_EXCEEDED THROTTLED ' +
      'API_CONFIGURATION_ERROR UNSUPPORTED_MEDIA_TYPE INTEGRATION_FAILURE EXPIRED_TOKEN',
    DocumentationPartType:
      'RESPONSE_BODY RESPONSE METHOD MODEL AUTHORIZER RESPONSE_HEADER RESOURCE PATH_PARAMETER REQUEST_BODY ' +
      'QUERY_PARAMETER API REQUEST_HEADER',
  },
};

/** The values of an enum shape in AWS's order; the model's order where none was recorded. */
export function orderedEnum(
  service: ServiceName,
  shape: string,
  modelled: readonly string[],
): readonly string[] {
  return recorded[service]?.[shape]?.split(' ') ?? modelled;
}

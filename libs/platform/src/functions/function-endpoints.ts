/**
 * Where functions are: one endpoint for all, and others for those whose ARN matches a pattern. An endpoint speaks AWS
 * Lambda's Invoke; `aws` stands for AWS Lambda of the function's own region.
 */
import { ConfigError } from '../config/config';

export interface FunctionEndpoints {
  /** Base URL without a trailing slash, or `undefined` where nothing is known to have it. */
  endpointOf(functionArn: string): string | undefined;
}

export interface FunctionEndpointSettings {
  readonly endpoint?: string;
  /** `pattern=endpoint`; in a pattern `*` stands for any text. The first that matches counts. */
  readonly overrides: readonly string[];
}

/** Throws `ConfigError`. */
export function functionEndpoints({ endpoint, overrides }: FunctionEndpointSettings): FunctionEndpoints {
  const fallback = endpoint === undefined ? undefined : checked('GATEHOUSE_FUNCTIONS_ENDPOINT', endpoint);
  const rules = overrides.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new ConfigError(`GATEHOUSE_FUNCTIONS_ENDPOINTS: not pattern=endpoint: ${text}`);
    return {
      matches: matcher(text.slice(0, at)),
      endpoint: checked('GATEHOUSE_FUNCTIONS_ENDPOINTS', text.slice(at + 1)),
    };
  });
  return {
    endpointOf: (functionArn) => {
      const found = rules.find(({ matches }) => matches.test(functionArn))?.endpoint ?? fallback;
      return found === 'aws' ? awsEndpoint(functionArn) : found;
    },
  };
}

function matcher(pattern: string): RegExp {
  const parts = pattern.split('*').map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function checked(setting: string, endpoint: string): string {
  if (endpoint === 'aws') return endpoint;
  const isUrl = URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol);
  if (!isUrl) throw new ConfigError(`${setting}: neither an http(s) URL nor aws: ${endpoint}`);
  return endpoint.replace(/\/+$/, '');
}

/** AWS General Reference, "AWS Lambda endpoints and quotas". */
function awsEndpoint(functionArn: string): string {
  const [, partition, , region] = functionArn.split(':');
  return `https://lambda.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/** Method settings of a stage: defaults and the names a patch path uses for them. */
import { badRequest } from '../fault';
import { patchBoolean } from '../patch/operation';
import type { MethodSetting } from './types';

/** AWS's own list as it stands in its error message, missing commas included. */
export const METHOD_SETTING_PATHS = [
  '/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings',
  '/accessLogSettings/destinationArn, /accessLogSettings/format',
  '/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace',
  '/{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds',
  '/{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted',
  '/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl',
  '/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy',
  '/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel',
  '/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds',
  '/*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl',
  '/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled',
].join(', ');

export function newMethodSetting(): MethodSetting {
  return {
    metricsEnabled: false,
    dataTraceEnabled: false,
    throttlingBurstLimit: 5000,
    throttlingRateLimit: 10_000,
    cachingEnabled: false,
    cacheTtlInSeconds: 300,
    cacheDataEncrypted: false,
    requireAuthorizationForCacheControl: true,
    unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
  };
}

const oneOf =
  (...options: string[]) =>
  (value: string): string => {
    if (!options.includes(value))
      throw badRequest(`Invalid value ${value}. Must be one of: [${options.join(', ')}]`);
    return value;
  };

const within =
  (low: number, high: number) =>
  (value: string): number => {
    const number = Number(value);
    if (value.trim() === '' || !(number >= low && number <= high)) {
      throw badRequest(`Invalid value ${value}. Must be a number from ${low} to ${high}`);
    }
    return number;
  };

const SETTINGS: Readonly<
  Record<string, readonly [keyof MethodSetting, (value: string) => boolean | number | string]>
> = {
  'metrics/enabled': ['metricsEnabled', patchBoolean],
  'logging/loglevel': ['loggingLevel', oneOf('OFF', 'ERROR', 'INFO')],
  'logging/dataTrace': ['dataTraceEnabled', patchBoolean],
  'throttling/burstLimit': ['throttlingBurstLimit', within(-1, 1_000_000)],
  'throttling/rateLimit': ['throttlingRateLimit', within(-1, 1_000_000)],
  'caching/enabled': ['cachingEnabled', patchBoolean],
  'caching/ttlInSeconds': ['cacheTtlInSeconds', within(0, 3600)],
  'caching/dataEncrypted': ['cacheDataEncrypted', patchBoolean],
  'caching/requireAuthorizationForCacheControl': ['requireAuthorizationForCacheControl', patchBoolean],
  'caching/unauthorizedCacheControlHeaderStrategy': [
    'unauthorizedCacheControlHeaderStrategy',
    oneOf('FAIL_WITH_403', 'SUCCEED_WITH_RESPONSE_HEADER', 'SUCCEED_WITHOUT_RESPONSE_HEADER'),
  ],
};

/** A changed copy; `undefined` when `name` is no setting. */
export function patchMethodSetting(
  setting: MethodSetting,
  name: string,
  value: string,
): MethodSetting | undefined {
  const found = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (!found) return undefined;
  const [member, read] = found;
  return { ...setting, [member]: read(value) };
}

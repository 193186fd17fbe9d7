/** The engine's functions by the settings. Whoever wrote those is trusted, so that any address may be called. */
import { FunctionError, type Functions } from '@gatehouse/engine';
import type { Config } from '../config';
import { SocketUpstream } from '../upstream';
import { readAccessKey } from './access-key';
import { functionEndpoints } from './function-endpoints';
import { RemoteFunctions } from './remote-functions';

export interface ClosableFunctions extends Functions {
  close(): void;
}

export type FunctionSettings = Pick<
  Config,
  'functionsEndpoint' | 'functionsEndpoints' | 'functionsCredentialsFile' | 'maxOriginConnections'
>;

/** Throws `ConfigError`. Without an endpoint every function is missing, and no credentials are needed. */
export function configuredFunctions(
  { functionsEndpoint, functionsEndpoints, functionsCredentialsFile, maxOriginConnections }: FunctionSettings,
  onDefect: (error: unknown) => void,
): ClosableFunctions {
  if (functionsEndpoint === undefined && functionsEndpoints.length === 0) return NO_FUNCTIONS;
  const upstream = new SocketUpstream({
    privateOrigins: 'private',
    maxConnections: maxOriginConnections,
    ownAddresses: () => [],
    onDefect,
  });
  const remote = new RemoteFunctions({
    upstream,
    endpoints: functionEndpoints({
      overrides: functionsEndpoints,
      ...(functionsEndpoint !== undefined && { endpoint: functionsEndpoint }),
    }),
    accessKey: readAccessKey(functionsCredentialsFile, 'GATEHOUSE_FUNCTIONS_CREDENTIALS_FILE'),
  });
  return { invoke: (call) => remote.invoke(call), close: () => upstream.close() };
}

const NO_FUNCTIONS: ClosableFunctions = {
  invoke: () =>
    Promise.reject(new FunctionError('missing', 'no functions: GATEHOUSE_FUNCTIONS_ENDPOINT is not set')),
  close: () => undefined,
};

/**
 * The one place that reads the environment. A wrong value stops the start with a message that names the setting.
 */
import { isIP } from 'node:net';
import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import { SETTINGS, unknownSettings, type SettingName } from './settings';

/** A setting that cannot be used; `message` is for the person at the terminal. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export interface Address {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

/** PEM files. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Config {
  readonly adminListen: Address;
  readonly gatewayListen: Address;
  readonly managementListen: Address;
  /** Of the Lambda API; absent = no function host. */
  readonly functionsListen?: Address;
  readonly functionsMaxConcurrency: number;
  readonly functionsIdleSeconds: number;
  readonly functionsServiceKeyFile: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly accountId: string;
  readonly region: string;
  /** Of all calls of an account: tokens a second, and of a full bucket. Absent = none. */
  readonly accountLimit?: { readonly rate: number; readonly burst: number };
  /** Absent = embedded PostgreSQL. */
  readonly databaseUrl?: string;
  /** Absent = everything in one process. */
  readonly redisUrl?: string;
  readonly adminAllowedHosts: readonly string[];
  readonly adminAllowedOrigins: readonly string[];
  readonly adminTls?: TlsFiles;
  readonly gatewayTls?: TlsFiles;
  readonly adminAccessKeyId?: string;
  readonly adminSecretAccessKey?: string;
  readonly adminToken?: string;
  /** Holds `{apiId}`; absent = made from the gateway's address. */
  readonly endpointUrl?: string;
  /** Lower case, without leading dot. */
  readonly hostSuffixes: readonly string[];
  readonly privateOrigins: 'none' | 'loopback' | 'private' | readonly string[];
  /** URL or `aws`; absent = the role's default. */
  readonly functionsEndpoint?: string;
  /** `pattern=endpoint`. */
  readonly functionsEndpoints: readonly string[];
  readonly functionsCredentialsFile: string;
  readonly masterKeyFile: string;
  readonly nodeKeyFile: string;
  readonly signingKeyFile: string;
  readonly snapshotPublicKeyFile: string;
  /** Processes that carry traffic; 1 = no other than the one that was started. Absent = the role's default. */
  readonly workers?: number;
  /** Of one process. */
  readonly maxConnections: number;
  readonly tunnelIdleSeconds: number;
  /** Of one process, to one origin of an account. */
  readonly maxOriginConnections: number;
  /** Of answers that REST stages cache, in one process. */
  readonly responseCacheBytes: number;
  readonly nodeId: string;
  /** Processes that share limits, as long as nothing is known. */
  readonly expectedNodes: number;
  readonly drainSeconds: number;
  readonly logLevel: LogLevel;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

type Read = (name: SettingName) => string | undefined;

/** Throws `ConfigError`. `environment` is the process’s own except in tests. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const unknown = unknownSettings(environment);
  if (unknown.length > 0) throw new ConfigError(unknown.join('\n'));
  const read: Read = (name) => {
    const setting = SETTINGS.find((known) => known.name === name);
    return environment[name] || (setting && 'default' in setting ? setting.default : undefined) || undefined;
  };
  const dataDir = resolve(read('GATEHOUSE_DATA_DIR') ?? '.gatehouse');
  const config: Config = {
    ...listeners(read),
    ...functions(read, dataDir),
    ...identity(read, environment),
    ...accountLimit(read),
    ...admin(read),
    ...optional('databaseUrl', environment.DATABASE_URL),
    ...optional('redisUrl', environment.REDIS_URL),
    ...optional('endpointUrl', read('GATEHOUSE_ENDPOINT_URL')),
    dataDir,
    hostSuffixes: list(read('GATEHOUSE_HOST_SUFFIXES')).map((suffix) =>
      suffix.toLowerCase().replace(/^\./, ''),
    ),
    privateOrigins: privateOrigins(read('GATEHOUSE_PRIVATE_ORIGINS') ?? 'loopback'),
    ...optional('functionsEndpoint', read('GATEHOUSE_FUNCTIONS_ENDPOINT')),
    functionsEndpoints: list(read('GATEHOUSE_FUNCTIONS_ENDPOINTS')),
    functionsCredentialsFile: resolve(
      read('GATEHOUSE_FUNCTIONS_CREDENTIALS_FILE') ?? `${dataDir}/credentials`,
    ),
    masterKeyFile: resolve(read('GATEHOUSE_MASTER_KEY_FILE') ?? `${dataDir}/master-key`),
    nodeKeyFile: resolve(read('GATEHOUSE_NODE_KEY_FILE') ?? `${dataDir}/node-key`),
    signingKeyFile: resolve(read('GATEHOUSE_SIGNING_KEY_FILE') ?? `${dataDir}/signing-key.pem`),
    snapshotPublicKeyFile: resolve(
      read('GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE') ?? `${dataDir}/signing-key.pub.pem`,
    ),
    ...workers(read),
    maxConnections: integer('GATEHOUSE_MAX_CONNECTIONS', read, 1, 1_000_000),
    tunnelIdleSeconds: integer('GATEHOUSE_TUNNEL_IDLE_SECONDS', read, 1, 86_400),
    responseCacheBytes: integer('GATEHOUSE_RESPONSE_CACHE_BYTES', read, 0, 1_099_511_627_776),
    maxOriginConnections: integer('GATEHOUSE_MAX_ORIGIN_CONNECTIONS', read, 1, 1_000_000),
    nodeId: read('GATEHOUSE_NODE_ID') ?? `${hostname()}-${process.pid}`,
    expectedNodes: integer('GATEHOUSE_EXPECTED_NODES', read, 1, 1_000_000),
    drainSeconds: integer('GATEHOUSE_DRAIN_SECONDS', read, 0, 3600),
    logLevel: oneOf('GATEHOUSE_LOG_LEVEL', read, ['error', 'warn', 'info', 'debug']),
  };
  requireSafeAdmin(config, read);
  requireSafeFunctions(config, read);
  return config;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value ? { [key]: value } : {}) as { [P in K]?: string };
}

function listeners(
  read: Read,
): Pick<Config, 'adminListen' | 'gatewayListen' | 'gatewayTls' | 'managementListen'> {
  const gatewayTls = tlsFiles('GATEHOUSE_GATEWAY_TLS_CERT_FILE', 'GATEHOUSE_GATEWAY_TLS_KEY_FILE', read);
  return {
    ...(gatewayTls && { gatewayTls }),
    adminListen: address('GATEHOUSE_ADMIN_LISTEN', read),
    gatewayListen: address('GATEHOUSE_GATEWAY_LISTEN', read),
    managementListen: address('GATEHOUSE_MANAGEMENT_LISTEN', read),
  };
}

function functions(read: Read, dataDir: string) {
  const isOff = read('GATEHOUSE_FUNCTIONS_LISTEN') === 'none';
  return {
    ...(!isOff && { functionsListen: address('GATEHOUSE_FUNCTIONS_LISTEN', read) }),
    functionsMaxConcurrency: integer('GATEHOUSE_FUNCTIONS_MAX_CONCURRENCY', read, 1, 10_000),
    functionsIdleSeconds: integer('GATEHOUSE_FUNCTIONS_IDLE_SECONDS', read, 1, 86_400),
    functionsServiceKeyFile: resolve(
      read('GATEHOUSE_FUNCTIONS_SERVICE_KEY_FILE') ?? `${dataDir}/functions-service-key`,
    ),
  };
}

function identity(read: Read, environment: NodeJS.ProcessEnv): Pick<Config, 'accountId' | 'region'> {
  const accountId = read('GATEHOUSE_ACCOUNT_ID') ?? '';
  if (!/^\d{12}$/.test(accountId))
    throw new ConfigError(`GATEHOUSE_ACCOUNT_ID must be 12 digits, not ${accountId}`);
  const region = environment.AWS_REGION || 'us-east-1';
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region))
    throw new ConfigError(`AWS_REGION is no region name: ${region}`);
  return { accountId, region };
}

/** DIFFERS: account limit; AWS has one of 10,000 calls a second, here there is none by default. */
function accountLimit(read: Read): Pick<Config, 'accountLimit'> {
  const [rate, burst] = [read('GATEHOUSE_ACCOUNT_RATE_LIMIT'), read('GATEHOUSE_ACCOUNT_BURST_LIMIT')];
  if (Boolean(rate) !== Boolean(burst))
    throw new ConfigError('GATEHOUSE_ACCOUNT_RATE_LIMIT and GATEHOUSE_ACCOUNT_BURST_LIMIT go together');
  if (!rate) return {};
  const limit = (name: SettingName): number => integer(name, read, 0, 1_000_000_000);
  return {
    accountLimit: {
      rate: limit('GATEHOUSE_ACCOUNT_RATE_LIMIT'),
      burst: limit('GATEHOUSE_ACCOUNT_BURST_LIMIT'),
    },
  };
}

function admin(read: Read) {
  const adminTls = tlsFiles('GATEHOUSE_ADMIN_TLS_CERT_FILE', 'GATEHOUSE_ADMIN_TLS_KEY_FILE', read);
  const keyId = read('GATEHOUSE_ADMIN_ACCESS_KEY_ID');
  const secret = read('GATEHOUSE_ADMIN_SECRET_ACCESS_KEY');
  if (Boolean(keyId) !== Boolean(secret)) {
    throw new ConfigError('GATEHOUSE_ADMIN_ACCESS_KEY_ID and GATEHOUSE_ADMIN_SECRET_ACCESS_KEY go together');
  }
  return {
    adminAllowedHosts: list(read('GATEHOUSE_ADMIN_ALLOWED_HOSTS')),
    adminAllowedOrigins: list(read('GATEHOUSE_ADMIN_ALLOWED_ORIGINS')),
    ...(adminTls && { adminTls }),
    ...optional('adminAccessKeyId', keyId),
    ...optional('adminSecretAccessKey', secret),
    ...optional('adminToken', read('GATEHOUSE_ADMIN_TOKEN')),
  };
}

function tlsFiles(certName: SettingName, keyName: SettingName, read: Read): TlsFiles | undefined {
  const certFile = read(certName);
  const keyFile = read(keyName);
  if (Boolean(certFile) !== Boolean(keyFile)) throw new ConfigError(`${certName} and ${keyName} go together`);
  return certFile && keyFile ? { certFile, keyFile } : undefined;
}

function requireSafeAdmin(config: Config, read: Read): void {
  const allowed = read('GATEHOUSE_ADMIN_ALLOW_INSECURE') === 'true';
  if (isLoopback(config.adminListen.host) || config.adminTls || allowed) return;
  throw new ConfigError(
    `GATEHOUSE_ADMIN_LISTEN=${format(config.adminListen)} is not loopback and has no TLS. Give GATEHOUSE_ADMIN_TLS_CERT_FILE and ` +
      'GATEHOUSE_ADMIN_TLS_KEY_FILE, or set GATEHOUSE_ADMIN_ALLOW_INSECURE=true if a proxy in front of it terminates TLS.',
  );
}

/** Whoever may create functions runs programs here, and the Lambda API has no TLS of its own. */
function requireSafeFunctions({ functionsListen }: Config, read: Read): void {
  const allowed = read('GATEHOUSE_ADMIN_ALLOW_INSECURE') === 'true';
  if (functionsListen === undefined || isLoopback(functionsListen.host) || allowed) return;
  throw new ConfigError(
    `GATEHOUSE_FUNCTIONS_LISTEN=${format(functionsListen)} is not loopback. Put a proxy that terminates TLS in front of it and ` +
      'set GATEHOUSE_ADMIN_ALLOW_INSECURE=true.',
  );
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function address(name: SettingName, read: Read): Address {
  const text = read(name) ?? '';
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  const sound = match && port <= 65_535 && (isIP(host) !== 0 || /^[a-zA-Z0-9.-]+$/.test(host));
  if (!sound) throw new ConfigError(`${name} must be host:port, not ${text}`);
  return { host, port };
}

/** `host:port`, with brackets around an IPv6 address. */
export function format({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function privateOrigins(text: string): Config['privateOrigins'] {
  if (text === 'none' || text === 'loopback' || text === 'private') return text;
  const blocks = list(text);
  const wrong = blocks.find(
    (block) => !/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(block) || isIP(block.split('/')[0] ?? '') === 0,
  );
  if (wrong !== undefined || blocks.length === 0) {
    throw new ConfigError(
      `GATEHOUSE_PRIVATE_ORIGINS must be none, loopback, private or CIDR blocks, not ${wrong ?? text}`,
    );
  }
  return blocks;
}

function workers(read: Read): Pick<Config, 'workers'> {
  const text = read('GATEHOUSE_WORKERS');
  if (text === undefined) return {};
  return { workers: text === 'auto' ? availableParallelism() : integer('GATEHOUSE_WORKERS', read, 1, 256) };
}

function integer(name: SettingName, read: Read, low: number, high: number): number {
  const value = Number(read(name));
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ConfigError(`${name} must be a whole number from ${low} to ${high}`);
  }
  return value;
}

function oneOf<T extends string>(name: SettingName, read: Read, options: readonly T[]): T {
  const value = read(name);
  const found = options.find((option) => option === value);
  if (!found) throw new ConfigError(`${name} must be one of ${options.join(', ')}, not ${value ?? ''}`);
  return found;
}

/** Of gateway traffic. */
export function schemeOf({ gatewayTls }: Pick<Config, 'gatewayTls'>): 'http' | 'https' {
  return gatewayTls === undefined ? 'http' : 'https';
}

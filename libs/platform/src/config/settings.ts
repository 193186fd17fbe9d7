/** Every setting of every role: name, default, what it means. The docs table is made from this list. */
export interface Setting {
  readonly name: string;
  /** Shown in the docs; absent = no default. */
  readonly default?: string;
  readonly meaning: string;
}

export const SETTINGS = [
  {
    name: 'GATEHOUSE_ADMIN_LISTEN',
    default: '127.0.0.1:4566',
    meaning: 'address of the AWS API and the native API',
  },
  { name: 'GATEHOUSE_GATEWAY_LISTEN', default: '127.0.0.1:8080', meaning: 'address of gateway traffic' },
  {
    name: 'GATEHOUSE_GATEWAY_TLS_CERT_FILE',
    meaning:
      'PEM certificate chain of gateway traffic: with it the listener speaks TLS, HTTP/2 and HTTP/1.1; a renewed file is taken within a minute',
  },
  { name: 'GATEHOUSE_GATEWAY_TLS_KEY_FILE', meaning: 'PEM private key of gateway traffic' },
  {
    name: 'GATEHOUSE_MANAGEMENT_LISTEN',
    default: '127.0.0.1:8090',
    meaning: 'address of /healthz, /readyz and /metrics',
  },
  {
    name: 'GATEHOUSE_FUNCTIONS_LISTEN',
    default: '127.0.0.1:4567',
    meaning: 'address of the Lambda API; none leaves the function host out of gatehouse start',
  },
  {
    name: 'GATEHOUSE_FUNCTIONS_MAX_CONCURRENCY',
    default: '100',
    meaning: 'function invocations at once, and function processes kept; further calls get 429',
  },
  {
    name: 'GATEHOUSE_FUNCTIONS_IDLE_SECONDS',
    default: '600',
    meaning: 'how long a warm function process waits for its next call',
  },
  {
    name: 'GATEHOUSE_FUNCTIONS_SERVICE_KEY_FILE',
    meaning:
      'access key with which the gateway calls functions (made when absent); default in the data folder',
  },
  { name: 'GATEHOUSE_DATA_DIR', default: '.gatehouse', meaning: 'folder of all local state, mode 0700' },
  {
    name: 'GATEHOUSE_ACCOUNT_ID',
    default: '000000000000',
    meaning: 'account of the first credential, 12 digits',
  },
  {
    name: 'GATEHOUSE_ACCOUNT_RATE_LIMIT',
    meaning:
      'calls a second of all APIs of an account together, beyond which they get 429; absent = no such limit',
  },
  {
    name: 'GATEHOUSE_ACCOUNT_BURST_LIMIT',
    meaning: 'calls of an account at once, in the token bucket of that rate',
  },
  {
    name: 'GATEHOUSE_ADMIN_ALLOWED_HOSTS',
    default: '',
    meaning:
      'further Host names (comma list) that the admin listener answers to, beside loopback names and its own address',
  },
  {
    name: 'GATEHOUSE_ADMIN_ALLOWED_ORIGINS',
    default: '',
    meaning: 'Origin values (comma list) that browsers may call the admin listener from; none by default',
  },
  {
    name: 'GATEHOUSE_ADMIN_ALLOW_INSECURE',
    default: 'false',
    meaning: 'true lets the admin listener run off loopback without TLS, behind a proxy that terminates it',
  },
  { name: 'GATEHOUSE_ADMIN_TLS_CERT_FILE', meaning: 'PEM certificate chain of the admin listener' },
  { name: 'GATEHOUSE_ADMIN_TLS_KEY_FILE', meaning: 'PEM private key of the admin listener' },
  {
    name: 'GATEHOUSE_ADMIN_ACCESS_KEY_ID',
    meaning: 'access key of the first credential; generated when absent',
  },
  { name: 'GATEHOUSE_ADMIN_SECRET_ACCESS_KEY', meaning: 'its secret; generated when absent' },
  { name: 'GATEHOUSE_ADMIN_TOKEN', meaning: 'bearer token of the first credential; generated when absent' },
  {
    name: 'GATEHOUSE_FUNCTIONS_ENDPOINT',
    meaning:
      "where functions are: URL of an engine that speaks AWS Lambda's Invoke, or aws; `gatehouse start` has one of its own",
  },
  {
    name: 'GATEHOUSE_FUNCTIONS_ENDPOINTS',
    default: '',
    meaning:
      'exceptions from it (comma list of pattern=endpoint): the first whose pattern matches the ARN counts, * is any text',
  },
  {
    name: 'GATEHOUSE_FUNCTIONS_CREDENTIALS_FILE',
    meaning:
      'AWS credentials file; its default profile signs the calls; default: the credentials file in the data folder',
  },
  {
    name: 'GATEHOUSE_ENDPOINT_URL',
    meaning:
      'how clients reach an API, with {apiId}; default http://{apiId}.execute-api.localhost:<gateway port>',
  },
  {
    name: 'GATEHOUSE_HOST_SUFFIXES',
    default: '',
    meaning:
      'further names (comma list) below which APIs answer as {apiId}.{suffix}, beside execute-api.localhost and the AWS form',
  },
  {
    name: 'GATEHOUSE_PRIVATE_ORIGINS',
    default: 'loopback',
    meaning:
      'non-public origins that integrations may call: none, loopback, private, or a comma list of CIDR blocks',
  },
  {
    name: 'GATEHOUSE_MASTER_KEY_FILE',
    meaning: '32-byte key (hex) that seals secrets at rest; default in the data folder',
  },
  {
    name: 'GATEHOUSE_NODE_KEY_FILE',
    meaning:
      '32-byte key (hex) that control planes and data planes share: it seals the secret keys of users for nodes, and what they share and meter over Redis; default in the data folder, where the control plane makes it',
  },
  {
    name: 'GATEHOUSE_SIGNING_KEY_FILE',
    meaning: 'Ed25519 private key (PEM) that signs snapshots; default in the data folder',
  },
  {
    name: 'GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE',
    meaning: 'Ed25519 public keys (PEM, one or more) that a data plane trusts; default in the data folder',
  },
  {
    name: 'GATEHOUSE_WORKERS',
    meaning:
      'processes that carry traffic: a number, or auto for one per core; default auto for gatehouse start, 1 for a data plane of its own',
  },
  {
    name: 'GATEHOUSE_MAX_CONNECTIONS',
    default: '10000',
    meaning:
      'open client connections of one process; further ones are closed at once. Workers with many leave new ones to those with few',
  },
  {
    name: 'GATEHOUSE_TUNNEL_IDLE_SECONDS',
    default: '600',
    meaning: 'a WebSocket through a route in which nothing moves for so long is closed',
  },
  {
    name: 'GATEHOUSE_MAX_ORIGIN_CONNECTIONS',
    default: '1024',
    meaning: 'open connections of one process to one origin of an account; further calls fail at once',
  },
  {
    name: 'GATEHOUSE_RESPONSE_CACHE_BYTES',
    default: '134217728',
    meaning: 'memory of one process for answers that REST stages cache',
  },
  {
    name: 'GATEHOUSE_EXPECTED_NODES',
    default: '1',
    meaning:
      'data planes that share limits, for one that has never heard of others and starts while Redis is away: it takes its share of them; later the number it heard of last counts',
  },
  { name: 'GATEHOUSE_NODE_ID', meaning: 'name of this data-plane node; default host name and process id' },
  {
    name: 'GATEHOUSE_DRAIN_SECONDS',
    default: '10',
    meaning: 'longest wait for running requests after SIGTERM',
  },
  { name: 'GATEHOUSE_LOG_LEVEL', default: 'info', meaning: 'error, warn, info or debug' },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];

/** Names that only the project's own tests read. */
const TEST_NAMES = ['GATEHOUSE_REQUIRE'];

/** Refuses `GATEHOUSE_*` names that nothing reads; a typo in a security setting must not pass in silence. */
export function unknownSettings(environment: NodeJS.ProcessEnv): string[] {
  const known: string[] = [...SETTINGS.map(({ name }) => name), ...TEST_NAMES];
  return Object.keys(environment)
    .filter((name) => name.startsWith('GATEHOUSE_') && !known.includes(name))
    .map((name) => `unknown setting ${name}; did you mean ${nearest(name, known)}?`);
}

function nearest(name: string, known: readonly string[]): string {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate ?? '';
}

/** Levenshtein distance, one row at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * docker-compose.yml, checked without Docker: against the Compose Specification's own schema, and for what we promise of
 * it. What a container engine would find beyond that is not found here.
 */
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { readConfig } from '@gatehouse/platform';
import { read, unknownSettingsIn } from './repository';

interface Service {
  readonly image: string;
  readonly user: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('gatehouse:'));
const dataPlanes = ours.filter(([name]) => name.startsWith('data-plane'));
const REQUIRED = /^\$\{([A-Z_]+):\?set \1 in \.env\}$/;
const ANY_VARIABLE = /\$\{([A-Z_]+)(:\?[^}]*)?[^}]*\}/g;

/** As `docker compose` would fill it in; a password is the variable's own name, so that one is seen for another. */
const filled = (value: string): string =>
  value.replace(ANY_VARIABLE, (_all, name: string) => name.toLowerCase());
const environmentOf = (service: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(service.environment ?? {}).map(([name, value]) => [name, filled(value)]));

function schemaErrors(document: unknown): string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat('duration', /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/);
  const validate = ajv.compile(JSON.parse(read('tests/conformance/testdata/compose-spec.json')) as object);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('the compose file', () => {
  it('is valid by the Compose Specification’s schema', () => {
    expect(schemaErrors(compose)).toEqual([]);
  });

  it('would not be with a misspelt key or a wrong type', () => {
    const { services: all } = structuredClone(compose);
    const broken = (change: object) => ({
      ...compose,
      services: { ...all, redis: { ...all.redis, ...change } },
    });
    expect(schemaErrors(broken({ helthcheck: {} }))).not.toEqual([]);
    expect(schemaErrors(broken({ read_only: [] }))).not.toEqual([]);
  });

  it('has two data planes, one control plane, and what they need', () => {
    expect(services.map(([name]) => name).sort()).toEqual([
      'control-plane',
      'data-plane-1',
      'data-plane-2',
      'jaeger',
      'postgres',
      'redis',
    ]);
    expect(dataPlanes).toHaveLength(2);
  });

  it('names no setting that Gatehouse does not know', () => {
    expect(unknownSettingsIn(text)).toEqual([]);
    expect(unknownSettingsIn('GATEHOUSE_ADMIN_LISTN: x')).toEqual(['GATEHOUSE_ADMIN_LISTN']);
  });

  it.each(ours)('gives %s settings that it accepts', (_name, service) => {
    expect(() => readConfig(environmentOf(service))).not.toThrow();
  });

  it('uses every network and every volume that it declares', () => {
    const networks = new Set(services.flatMap(([, service]) => service.networks));
    const volumes = new Set(
      services.flatMap(([, { volumes = [] }]) => volumes.map((one) => one.split(':')[0])),
    );
    expect([...networks].sort()).toEqual(Object.keys(compose.networks).sort());
    expect([...volumes].sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});

describe('no secret has a default', () => {
  it('every variable stops the start when it is missing', () => {
    const variables = text.match(/\$\{[^}]*\}/g) ?? [];
    expect(variables.length).toBeGreaterThan(5);
    expect(variables.filter((variable) => !REQUIRED.test(variable))).toEqual([]);
  });

  it('every secret is such a variable', () => {
    const secret = /PASSWORD|SECRET|TOKEN|ACCESS_KEY|_AUTH$/;
    const literal = services.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment).flatMap(([key, value]) =>
        secret.test(key) && !REQUIRED.test(value) ? [`${name} ${key}=${value}`] : [],
      ),
    );
    expect(literal).toEqual([]);
  });

  it('every password of a URL is such a variable', () => {
    const urls = services.flatMap(([, { environment = {} }]) =>
      Object.values(environment).filter((value) => /^[a-z]+:\/\/[^/]*@/.test(value)),
    );
    const passwords = urls.map((url) => /^[a-z]+:\/\/[^:]*:(\$\{[^}]*\}|[^@]*)@/.exec(url)?.[1] ?? '');
    expect(passwords.length).toBeGreaterThanOrEqual(4);
    expect(passwords.filter((password) => !REQUIRED.test(password))).toEqual([]);
  });

  it('Redis asks for a password', () => {
    const command = compose.services.redis?.command ?? [];
    expect(command[command.indexOf('--requirepass') + 1]).toMatch(REQUIRED);
  });

  it('the guide’s command sets every variable', () => {
    const guide = read('docs/guide/docker-compose.md');
    const names = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1] ?? ''));
    expect([...names].filter((name) => !guide.includes(`${name}=`))).toEqual([]);
  });
});

describe.each(services)('the service %s', (_name, service) => {
  it('publishes on loopback alone, if at all', () => {
    expect((service.ports ?? []).filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  });

  it('has a health check', () => {
    expect(service.healthcheck?.disable).toBeUndefined();
    expect(service.healthcheck?.test[0]).toBe('CMD');
  });

  it('waits for what it needs to be healthy', () => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(compose.services).toHaveProperty(needed);
      expect(condition).toBe('service_healthy');
    }
  });

  it('runs without root, capabilities, new privileges and a writable root', () => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.cap_add).toBeUndefined();
    expect(service.privileged).toBeUndefined();
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.tmpfs.length).toBeGreaterThan(0);
  });

  it('pins its image to a version', () => {
    expect(service.image).toMatch(/:[\w.-]+$/);
    expect(service.image).not.toMatch(/:latest$/);
  });
});

describe('the parts fit together', () => {
  it('PostgreSQL and Redis are reached from inside only', () => {
    for (const name of ['postgres', 'redis']) {
      const { networks = [], ports } = compose.services[name] ?? {};
      expect(ports).toBeUndefined();
      expect(networks.map((network) => compose.networks[network]?.internal)).toEqual([true]);
    }
  });

  it('no data plane shares a network with PostgreSQL or knows its password', () => {
    const database = compose.services.postgres?.networks ?? [];
    for (const [, service] of dataPlanes) {
      expect(service.networks.filter((network) => database.includes(network))).toEqual([]);
      expect(JSON.stringify(service)).not.toContain('POSTGRES');
    }
  });

  it.each(ours)('%s waits for all servers that its settings name', (_name, service) => {
    const hosts = ['DATABASE_URL', 'REDIS_URL'].flatMap((name) => {
      const url = environmentOf(service)[name];
      return url === undefined ? [] : [new URL(url).hostname];
    });
    expect(Object.keys(service.depends_on ?? {})).toEqual(expect.arrayContaining(hosts));
    expect(compose.services).toEqual(
      expect.objectContaining(Object.fromEntries(hosts.map((h) => [h, expect.anything()]))),
    );
  });

  it('data planes get the public key from a volume that they cannot write, and no private key', () => {
    const writer = compose.services['control-plane'];
    const file = writer?.environment?.GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE ?? '';
    expect(writer?.volumes).toContain('snapshot-keys:/var/lib/gatehouse-keys');
    for (const [name, service] of dataPlanes) {
      expect(service.environment?.GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE).toBe(file);
      expect(service.environment?.GATEHOUSE_NODE_KEY_FILE).toBe(writer?.environment?.GATEHOUSE_NODE_KEY_FILE);
      expect(service.volumes).toEqual([
        `${name}:/var/lib/gatehouse`,
        'snapshot-keys:/var/lib/gatehouse-keys:ro',
      ]);
      expect(service.depends_on).toHaveProperty('control-plane');
    }
    expect(file.startsWith('/var/lib/gatehouse-keys/')).toBe(true);
  });

  it('every service of ours is given longer to stop than it may drain', () => {
    for (const [, service] of ours) {
      const { drainSeconds } = readConfig(environmentOf(service));
      expect(Number.parseInt(service.stop_grace_period ?? '10', 10)).toBeGreaterThan(drainSeconds);
    }
  });

  it('the endpoint that the control plane names is the port of a data plane', () => {
    const endpoint = compose.services['control-plane']?.environment?.GATEHOUSE_ENDPOINT_URL ?? '';
    const { port } = new URL(endpoint.replace('{apiId}', 'api'));
    expect(dataPlanes.flatMap(([, { ports = [] }]) => ports)).toContain(`127.0.0.1:${port}:8080`);
  });

  it('each data plane knows how many there are, for its share of limits', () => {
    const expected = dataPlanes.map(([, service]) => readConfig(environmentOf(service)).expectedNodes);
    expect(expected).toEqual(dataPlanes.map(() => dataPlanes.length));
  });

  it('data planes send their traces to the collector that is there', () => {
    for (const [, service] of dataPlanes) {
      const { hostname, port } = new URL(service.environment?.OTEL_EXPORTER_OTLP_ENDPOINT ?? '');
      expect([hostname, port]).toEqual(['jaeger', '4318']);
      expect(service.networks).toEqual(
        expect.arrayContaining([...(compose.services.jaeger?.networks ?? [])]),
      );
    }
  });
});

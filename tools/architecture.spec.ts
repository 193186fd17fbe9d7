// The layer table of ARCHITECTURE.md as a test: reads every import of every project's sources.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const IO = [
  'net',
  'http',
  'https',
  'http2',
  'tls',
  'fs',
  'child_process',
  'worker_threads',
  'cluster',
  'dgram',
  'dns',
];
const FRAMEWORKS = [
  '@nestjs/',
  'typeorm',
  'pg',
  'ioredis',
  'bullmq',
  'undici',
  'ws',
  '@opentelemetry/',
  'express',
];

interface Rule {
  /** Our own libs that may be imported. */
  readonly ours: readonly string[];
  /** Foreign packages that must not be, by prefix. */
  readonly banned: readonly string[];
  readonly io: boolean;
}

const kernel: Rule = { ours: [], banned: FRAMEWORKS, io: false };
const L2 = ['snapshot', 'standards'];
const NO_NEST = ['@nestjs/', 'typeorm', 'pg'];

const RULES: Readonly<Record<string, Rule>> = {
  catalog: kernel,
  snapshot: kernel,
  standards: kernel,
  translate: { ...kernel, ours: ['catalog', ...L2] },
  engine: { ...kernel, ours: L2 },
  'aws-wire': { ...kernel, ours: ['standards'] },
  http: { ours: [], banned: ['@nestjs/', 'typeorm'], io: true },
  platform: { ours: [...L2, 'engine', 'http'], banned: ['@nestjs/', 'typeorm'], io: true },
  'data-plane': { ours: [...L2, 'engine', 'platform'], banned: NO_NEST, io: true },
  'function-host': { ours: ['standards', 'aws-wire', 'platform'], banned: NO_NEST, io: true },
  'control-plane': {
    ours: ['catalog', ...L2, 'translate', 'engine', 'aws-wire', 'platform'],
    banned: [],
    io: true,
  },
};

interface Import {
  readonly file: string;
  readonly name: string;
}

function importsOf(dir: string): Import[] {
  return readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|\.contract\.ts$|(^|\/)testing\//.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(root, dir, file), 'utf8');
      const names = [...text.matchAll(/(?:from|import|require\()\s*\(?['"]([^'"]+)['"]/g)].map(
        (match) => match[1] ?? '',
      );
      return names.map((name) => ({ file, name }));
    });
}

const isOurs = (name: string): boolean => name.startsWith('@gatehouse/');
const matches = (name: string, prefix: string): boolean =>
  prefix.endsWith('/') ? name.startsWith(prefix) : name === prefix || name.startsWith(`${prefix}/`);

describe.each(Object.entries(RULES))('lib %s', (lib, rule) => {
  const imports = importsOf(`libs/${lib}/src`);

  it('imports only the libs that its layer may', () => {
    const allowed = rule.ours.map((name) => `@gatehouse/${name}`);
    const isAllowed = (name: string): boolean => allowed.some((lib) => matches(name, lib));
    expect(imports.filter(({ name }) => isOurs(name) && !isAllowed(name))).toEqual([]);
  });

  it('imports no framework and no I/O that its layer must not', () => {
    const foreign = imports.filter(({ name }) => rule.banned.some((prefix) => matches(name, prefix)));
    const io = imports.filter(
      ({ name }) => !rule.io && IO.some((module) => name === `node:${module}` || name === module),
    );
    expect([...foreign, ...io]).toEqual([]);
  });
});

it('keeps TypeORM below the control plane’s storage, services and publisher', () => {
  const places = /^(storage|services|publish|security)\//;
  const outside = importsOf('libs/control-plane/src').filter(
    ({ file, name }) => name === 'typeorm' && !places.test(file),
  );
  expect(outside).toEqual([]);
});

it('lets apps import services and the platform only', () => {
  const allowed = ['control-plane', 'data-plane', 'function-host', 'platform'].map(
    (name) => `@gatehouse/${name}`,
  );
  const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src')));
  const imports = apps.flatMap((app) => importsOf(`apps/${app}/src`));
  expect(imports.filter(({ name }) => isOurs(name) && !allowed.some((lib) => matches(name, lib)))).toEqual(
    [],
  );
});

it('names no file utils, helpers, common or manager', () => {
  const files = ['libs', 'apps'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        !/node_modules|dist\//.test(file) &&
        /(^|\/|[-.])(utils?|helpers?|common|managers?)([-.]|\/|$)/i.test(file),
    ),
  );
  expect(files).toEqual([]);
});

it('reads the environment in one place, the configuration, and in the mains', () => {
  const readers = Object.keys(RULES).flatMap((lib) =>
    readdirSync(join(root, 'libs', lib, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|(^|\/)testing\//.test(file))
      .filter((file) => readFileSync(join(root, 'libs', lib, 'src', file), 'utf8').includes('process.env'))
      .map((file) => `${lib}/${file}`),
  );
  expect(readers).toEqual([]);
});

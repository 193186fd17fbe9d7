/** The Dockerfile, read as text: no Docker is needed, and what a build would find beyond that is not found here. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { TRAFFIC_FLAGS } from '@gatehouse/data-plane';
import { read, root, unknownSettingsIn } from './repository';

const lines = read('Dockerfile')
  .replace(/\\\n\s*/g, ' ')
  .split('\n');
const instructions = lines.filter((line) => /^[A-Z]+ /.test(line));
const last = (name: string): string =>
  instructions.filter((line) => line.startsWith(`${name} `)).at(-1) ?? '';
const stages = instructions.filter((line) => line.startsWith('FROM '));

describe('the image', () => {
  it('takes each stage from the one base image', () => {
    expect(stages.map((line) => line.split(' ')[1])).toEqual(stages.map(() => '${NODE_IMAGE}'));
    expect(instructions[0]).toMatch(/^ARG NODE_IMAGE=node:24-bookworm-slim$/);
  });

  it('runs as a user that is not root, with Node as its first process', () => {
    expect(last('USER')).toBe('USER 65534:65534');
    expect(last('CMD')).toBe('CMD ["node", "apps/control-plane/dist/main.js"]');
    expect(last('ENTRYPOINT')).toBe('ENTRYPOINT []');
  });

  it('checks its health on the management listener, without a shell', () => {
    expect(last('HEALTHCHECK')).toMatch(/CMD \["node", "-e", "[^"]*\/healthz[^"]*"\]$/);
  });

  it('ships production packages only', () => {
    const runtime = instructions.slice(instructions.findIndex((line) => line.endsWith('AS runtime')));
    const copies = runtime.filter((line) => line.startsWith('COPY '));
    expect(copies).toEqual(['COPY --from=production /app ./', 'COPY --from=build /built ./']);
    expect(instructions).toContainEqual(expect.stringMatching(/^RUN npm ci --omit=dev --omit=optional /));
  });

  it('names no setting that Gatehouse does not know', () => {
    expect(unknownSettingsIn(read('Dockerfile'))).toEqual([]);
  });

  it('starts mains that are there, in compose and Kubernetes as well', () => {
    const texts = [
      'Dockerfile',
      'docker-compose.yml',
      'k8s/base/control-plane.yaml',
      'k8s/base/data-plane.yaml',
    ];
    const mains = texts.flatMap((file) => read(file).match(/apps\/[\w-]+\/dist\/main\.js/g) ?? []);
    expect(mains.length).toBeGreaterThanOrEqual(6);
    const sources = mains.map((main) => main.replace('dist/main.js', 'src/main.ts'));
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
  });

  it('starts data planes with Node’s flags for traffic', () => {
    const command = (between: string): string =>
      ['node', ...TRAFFIC_FLAGS, 'apps/data-plane/dist/main.js'].join(between);
    expect(read('Dockerfile')).toContain(command(' '));
    for (const file of ['docker-compose.yml', 'k8s/base/data-plane.yaml'])
      expect(read(file)).toContain(`[${command(', ')}]`);
  });

  it('leaves secrets and local state out of the build', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const pattern of [
      '.env*',
      '.gatehouse',
      '**/*.pem',
      '**/master-key',
      '**/node-key',
      '**/credentials',
      '.git',
      '**/node_modules',
    ])
      expect(ignored).toContain(pattern);
  });

  it('is the one that compose builds', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true });
    expect([services['control-plane'].build, services['data-plane-1'].build]).toEqual(['.', '.']);
  });
});

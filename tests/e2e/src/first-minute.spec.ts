/** What a newcomer does, on a clean copy of this tree: `npm start`, then the README's own commands, pasted. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment, killAll, ROOT, run, type Program } from './testing/processes';

jest.setTimeout(300_000);

const hasAws = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;

/** The files of the tree as git sees them, and the installed packages as hard links: `npm ci` needs a network, tests have none. */
function copyTree(): string {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-clone-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    cpSync(join(ROOT, file), join(home, file));
  }
  const linked = spawnSync('cp', ['-al', join(ROOT, 'node_modules'), join(home, 'node_modules')], {
    stdio: 'ignore',
  });
  if (linked.status !== 0) execFileSync('cp', ['-a', join(ROOT, 'node_modules'), home]);
  return home;
}

/** The README's blocks that are meant for pasting, in order. */
function pastedBlocks(): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  return [...readme.matchAll(/```bash\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
}

const suite = hasAws ? describe : describe.skip;
if (!hasAws) process.stderr.write('\nNOT RUN, no aws on the PATH: the README’s own commands\n');

suite('the first minute', () => {
  let home: string;
  let program: Program;
  beforeAll(() => {
    home = copyTree();
  });
  afterAll(async () => {
    program.signal('SIGTERM');
    await program.exited;
    await killAll();
    rmSync(home, { recursive: true, force: true });
  });

  it('`npm start` builds, starts everything and says where things are', async () => {
    const env = cleanEnvironment({});
    program = run('npm', ['start'], env, home);
    await program.printed(/Gatehouse is ready/, 180_000);
    expect(statSync(join(home, '.gatehouse')).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, '.gatehouse/credentials')).mode & 0o777).toBe(0o600);
  });

  it('the pasted commands of the README answer 200 and show a log line', async () => {
    const printed = (pattern: RegExp): string => pattern.exec(program.output())?.[1] ?? '';
    const addresses: Record<string, string> = {
      'http://127.0.0.1:4566': printed(/admin \(AWS API, native API\) +(\S+)/),
      'http://127.0.0.1:8080': printed(/gateway +(\S+)/),
      'http://127.0.0.1:8081': printed(/--target (\S+)/),
    };
    // Only the ports differ from what a newcomer sees: tests take free ones.
    const script = Object.entries(addresses).reduce(
      (text, [from, to]) => text.replaceAll(from, to),
      pastedBlocks().join('\n'),
    );
    const shell = run('bash', ['-euo', 'pipefail', '-c', script], cleanEnvironment({}), home);
    expect([await shell.exited, shell.output()]).toEqual([0, expect.anything()]);
    const output = shell.output();
    expect(output.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(output).toContain('"who":["me"]');
    expect(output).toMatch(/\S+ GET \/logged 200/);
    expect(output).toContain('"path":"/pets"');
    expect(output).toContain('"complete":true');
  });

  it('the three commands that the start prints answer 200 and show a log line', async () => {
    const commands = program
      .output()
      .split('\n')
      .filter((line) => /^ {2}(export|curl|tail)/.test(line))
      .join('\nsleep 1\n');
    const shell = run('bash', ['-euo', 'pipefail', '-c', commands], cleanEnvironment({}), home);
    expect([await shell.exited, shell.output()]).toEqual([0, expect.stringContaining('HTTP/1.1 200 OK')]);
    expect(shell.output()).toMatch(/\S+ GET \/hello 200/);
  });
});

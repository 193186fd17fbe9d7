/** Gatehouse's own programs as processes: started as a user would, watched by what they print, stopped for sure. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from '@gatehouse/platform/testing';

export const ROOT = join(__dirname, '../../../..');

export interface Program {
  readonly pid: number;
  /** All that was printed so far, both streams. */
  output(): string;
  /** The first match of `pattern` in the output; rejects when the program ends first. */
  printed(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
}

const running = new Set<ChildProcess>();

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd = ROOT): Program {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  let ended: number | string | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      // A grandchild that lives on would hold the pipes, and with them the test run, open.
      child.stdout.destroy();
      child.stderr.destroy();
      ended = code ?? signal ?? 'unknown';
      resolve(ended);
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    printed: async (pattern, deadlineMs = 30_000) => {
      let match: RegExpExecArray | null = null;
      await until(
        `${String(pattern)} in the output of ${args.join(' ')}`,
        () => {
          match = pattern.exec(output);
          if (!match && ended !== undefined)
            throw new Error(`ended with ${ended} before ${String(pattern)}:\n${output}`);
          return match !== null;
        },
        deadlineMs,
      );
      return match as unknown as RegExpExecArray;
    },
    signal: (name) => void child.kill(name),
    exited,
  };
}

/** A built app of this repository, on this Node. */
export function runApp(app: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  return run(process.execPath, [join(ROOT, `apps/${app}/dist/main.js`), ...args], cleanEnvironment(env));
}

/** Nothing of the caller's settings leaks in; every listener takes a free port. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(GATEHOUSE_|OTEL_|AWS_|DATABASE_URL|REDIS_URL|NODE_ENV)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    GATEHOUSE_ADMIN_LISTEN: '127.0.0.1:0',
    GATEHOUSE_GATEWAY_LISTEN: '127.0.0.1:0',
    GATEHOUSE_MANAGEMENT_LISTEN: '127.0.0.1:0',
    GATEHOUSE_FUNCTIONS_LISTEN: '127.0.0.1:0',
    ...env,
  };
}

export async function killAll(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  await until('all programs are gone', () => running.size === 0);
}

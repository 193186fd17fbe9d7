/**
 * DIFFERS: runtimes of a function; the name's version is not looked at.
 *
 * Which program runs a function. Every `nodejs` name runs on the Node this host runs on, every `python3` name on the
 * machine's `python3`; a custom runtime is its own `bootstrap`.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Beside `src` and `dist`, so found from both. */
const BOOTSTRAPS = join(__dirname, '..', '..', 'bootstrap');
const PROBE_TIMEOUT_MS = 20_000;

export interface RuntimeCommand {
  readonly program: string;
  readonly args: readonly string[];
}

export function isRunnable(runtime: string): boolean {
  return /^(nodejs|python3|provided)/.test(runtime);
}

export interface RuntimeRequest {
  readonly runtime: string;
  readonly memoryMb: number;
  readonly taskRoot: string;
}

/** Finds programs on a search path; what was found is remembered. */
export class RuntimeCommands {
  private python?: Promise<string>;
  private wrapper?: Promise<readonly string[]>;

  constructor(private readonly searchPath: string) {}

  /** Rejects where the machine has no such program; the message is for the function's owner. */
  async of(request: RuntimeRequest): Promise<RuntimeCommand> {
    const [program, ...args] = await this.programOf(request);
    this.wrapper ??= this.findWrapper();
    const [first, ...rest] = [...(await this.wrapper), program, ...args];
    return { program: first ?? program, args: rest };
  }

  private async programOf({ runtime, memoryMb, taskRoot }: RuntimeRequest): Promise<[string, ...string[]]> {
    if (runtime.startsWith('nodejs')) {
      return [process.execPath, `--max-old-space-size=${memoryMb}`, join(BOOTSTRAPS, 'node.mjs')];
    }
    if (runtime.startsWith('python3')) {
      this.python ??= this.findPython();
      return [await this.python, '-u', join(BOOTSTRAPS, 'python.py')];
    }
    const bootstrap = join(taskRoot, 'bootstrap');
    if (!existsSync(bootstrap)) throw new Error(`Couldn't find valid bootstrap(s): [${bootstrap}]`);
    return [bootstrap];
  }

  /** The real program: what is on the path may be a wrapper script that takes its time at every start. */
  private async findPython(): Promise<string> {
    const { stdout } = await this.run('python3', ['-c', 'import sys; print(sys.executable)']).catch(() => {
      throw new Error('There is no python3 on the PATH of the function host');
    });
    return stdout.trim();
  }

  /** Linux: the kernel kills the process when this host is gone, however that came about. */
  private async findWrapper(): Promise<readonly string[]> {
    const wrapper = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const [program = '', ...args] = wrapper;
    return this.run(program, [...args, process.execPath, '--version']).then(
      () => wrapper,
      () => [],
    );
  }

  private run(program: string, args: readonly string[]): Promise<{ stdout: string }> {
    const env = { PATH: this.searchPath };
    return promisify(execFile)(program, [...args], { env, timeout: PROBE_TIMEOUT_MS });
  }
}

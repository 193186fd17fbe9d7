/**
 * One process of a function and the Runtime API it talks to. It takes one invocation at a time and is warm between them;
 * a timeout, a crash or too much memory ends the process, and with it nothing but its own invocation.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { exited, failure, timedOut, type Invocation, type Outcome } from './invocation';
import { memoryBytesOf } from './memory';
import { MAX_RESPONSE_BYTES, RuntimeApi } from './runtime-api';
import type { RuntimeCommand } from './runtime-command';
import type { SandboxLog } from '../logs/function-log';

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const INIT_SECONDS = 10;
const MEBIBYTE = 1024 * 1024;

export interface SandboxSpec {
  readonly version: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly taskRoot: string;
  readonly log: SandboxLog;
  /** Rejects where the runtime cannot be run; the message is for the function's owner. */
  readonly command: () => Promise<RuntimeCommand>;
  readonly environment: (runtimeApiPort: number) => Record<string, string>;
}

export interface SandboxListener {
  /** Ready for another invocation. */
  idle(sandbox: Sandbox): void;
  /** Gone for good. */
  dead(sandbox: Sandbox): void;
}

interface Running {
  readonly invocation: Invocation;
  readonly settle: (outcome: Outcome) => void;
  readonly timer?: NodeJS.Timeout;
  readonly startedMs: number;
  /** The process has answered and has not asked for more yet. */
  answeredMs?: number;
  ended?: () => void;
}

type Give = (invocation: Invocation, deadlineMs: number) => void;

export class Sandbox {
  private state: 'starting' | 'idle' | 'busy' | 'dead' = 'starting';
  private api?: RuntimeApi;
  private child?: ChildProcess;
  private give?: Give;
  private running?: Running;
  private initTimer?: NodeJS.Timeout;
  private readonly createdMs = performance.now();
  /** Shown once, in the first REPORT line. */
  private initMs?: number;
  private peakBytes = 0;
  /** When it became idle, by `performance.now()`. */
  idleSinceMs = 0;

  constructor(
    readonly spec: SandboxSpec,
    private readonly listener: SandboxListener,
  ) {
    void this.start().catch((error: Error) => this.die((id) => unstartable(id, error)));
  }

  /** It has answered and not asked for more yet. */
  get isSettling(): boolean {
    return this.running?.answeredMs !== undefined;
  }

  private get isDead(): boolean {
    return this.state === 'dead';
  }

  /** For one that is new or idle. Resolves with the answer; `ended` comes when its log lines are complete. Never rejects. */
  invoke(invocation: Invocation, ended?: () => void): Promise<Outcome> {
    return new Promise((settle) => {
      this.running = { invocation, settle, startedMs: performance.now(), ...(ended && { ended }) };
      if (this.isDead) this.finish(exited(invocation.requestId, 'signal: killed'));
      else if (this.give) this.begin(this.give);
    });
  }

  /** Ends the process and all it started. An invocation that runs there fails. */
  kill(): void {
    this.die((id) => exited(id, 'signal: killed'));
  }

  /** Looks at the memory in use; over the limit the process is killed, as by the kernel on AWS. */
  async checkMemory(): Promise<void> {
    const pid = this.child?.pid;
    if (pid === undefined || this.isDead) return;
    const bytes = await memoryBytesOf(pid);
    this.peakBytes = Math.max(this.peakBytes, bytes);
    if (bytes > this.spec.memoryMb * MEBIBYTE) this.kill();
  }

  private async start(): Promise<void> {
    const { spec } = this;
    const limitSeconds = Math.max(INIT_SECONDS, spec.timeoutSeconds);
    this.initTimer = setTimeout(() => this.die((id) => timedOut(id, limitSeconds)), limitSeconds * 1000);
    const [command, api] = await Promise.all([spec.command(), this.startApi()]);
    this.api = api;
    if (this.isDead) return api.stop();
    // A process group of its own: what it starts dies with it.
    const child = spawn(command.program, command.args, {
      cwd: spec.taskRoot,
      env: spec.environment(api.port),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => spec.log.output(chunk));
    child.stderr.on('data', (chunk: Buffer) => spec.log.output(chunk));
    child.once('error', (error) => this.die((id) => unstartable(id, error)));
    child.once('exit', (code, signal) => this.die((id) => exited(id, exitText(code, signal))));
  }

  private startApi(): Promise<RuntimeApi> {
    const isCurrent = (id: string): boolean =>
      this.running?.invocation.requestId === id && this.running.answeredMs === undefined;
    const take = (id: string, outcome: Outcome): boolean => {
      if (!isCurrent(id)) return false;
      this.answer(outcome);
      return true;
    };
    return RuntimeApi.start({
      next: (give) => this.next(give),
      response: (id, payload) => take(id, { payload, failed: false }),
      error: (id, payload) => take(id, { payload, failed: true }),
      initError: (payload) => this.die(() => ({ payload, failed: true })),
      oversized: (id) =>
        void take(
          id,
          failure(
            `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
            'Function.ResponseSizeTooLarge',
          ),
        ),
    });
  }

  /** The process asks for work: what it did before is complete. */
  private next(give: Give): void {
    if (this.isDead) return;
    if (this.state === 'starting') this.initMs = performance.now() - this.createdMs;
    clearTimeout(this.initTimer);
    if (this.running?.answeredMs !== undefined) this.end();
    if (this.running) return this.begin(give);
    this.give = give;
    this.state = 'idle';
    this.idleSinceMs = performance.now();
    this.listener.idle(this);
  }

  private begin(give: Give): void {
    if (!this.running) return;
    const { invocation } = this.running;
    const limitMs = this.spec.timeoutSeconds * 1000;
    const timer = setTimeout(() => this.die((id) => timedOut(id, this.spec.timeoutSeconds)), limitMs);
    this.running = { ...this.running, timer, startedMs: performance.now() };
    this.state = 'busy';
    this.give = undefined;
    give(invocation, Date.now() + limitMs);
    this.spec.log.line(`START RequestId: ${invocation.requestId} Version: ${this.spec.version}`);
  }

  private answer(outcome: Outcome): void {
    if (!this.running) return;
    this.running.answeredMs = performance.now();
    this.running.settle(outcome);
  }

  /** Writes the invocation's last lines. */
  private end(lastWords?: string): void {
    const { running } = this;
    if (!running) return;
    clearTimeout(running.timer);
    this.running = undefined;
    const endMs = running.answeredMs ?? performance.now();
    // Behind what the process printed before: that is in the pipe by now and is read in this turn of the loop.
    setImmediate(() => {
      if (lastWords !== undefined) this.spec.log.line(lastWords);
      this.report(running.invocation.requestId, endMs - running.startedMs);
      running.ended?.();
    });
  }

  private report(requestId: string, durationMs: number): void {
    const { log, memoryMb } = this.spec;
    const parts = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${durationMs.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(durationMs)} ms`,
      `Memory Size: ${memoryMb} MB`,
      `Max Memory Used: ${Math.ceil(this.peakBytes / MEBIBYTE)} MB`,
      ...(this.initMs === undefined ? [] : [`Init Duration: ${this.initMs.toFixed(2)} ms`]),
    ];
    this.initMs = undefined;
    log.line(`END RequestId: ${requestId}`);
    log.line(parts.join('\t'));
  }

  /** The running invocation gets `outcome`; whatever still lives is killed. Called twice, the first counts. */
  private die(outcome: (requestId: string) => Outcome): void {
    if (this.isDead) return;
    this.state = 'dead';
    clearTimeout(this.initTimer);
    this.give = undefined;
    killGroup(this.child?.pid);
    this.api?.stop();
    this.listener.dead(this);
    if (this.running) this.finish(outcome(this.running.invocation.requestId));
  }

  private finish(outcome: Outcome): void {
    const isAnswered = this.running?.answeredMs !== undefined;
    if (!isAnswered) this.answer(outcome);
    this.end(isAnswered ? undefined : messageOf(outcome));
  }
}

function unstartable(requestId: string, error: Error): Outcome {
  return failure(`RequestId: ${requestId} Error: ${error.message}`, 'Runtime.InvalidEntrypoint');
}

function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  if (code !== null) return `exit status ${code}`;
  const names: Partial<Record<NodeJS.Signals, string>> = {
    SIGKILL: 'killed',
    SIGABRT: 'aborted',
    SIGSEGV: 'segmentation fault',
    SIGTERM: 'terminated',
  };
  return `signal: ${(signal && names[signal]) ?? signal ?? 'unknown'}`;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function messageOf({ payload }: Outcome): string {
  const text = payload.toString('utf8');
  try {
    const { errorMessage } = JSON.parse(text) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : text;
  } catch {
    return text;
  }
}

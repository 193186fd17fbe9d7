/** Calls functions: chooses the process, gives it what it needs to start, keeps the logs. */
import { randomBytes } from 'node:crypto';
import { reasonOf, type Logger } from '@gatehouse/platform';
import { taskRootOf } from '../code/code-store';
import { functionArn } from '../functions/function-name';
import type { FunctionRecord } from '../functions/function-record';
import type { FunctionService, Resolved } from '../functions/function-service';
import { FunctionLog } from '../logs/function-log';
import { environmentOf } from '../sandbox/environment';
import { RuntimeCommands } from '../sandbox/runtime-command';
import type { SandboxSpec } from '../sandbox/sandbox';
import { SandboxPool, type Answered } from '../sandbox/sandbox-pool';

export interface InvokerOptions {
  readonly functions: FunctionService;
  readonly pool: SandboxPool;
  readonly region: string;
  /** Where `python3` is looked for, and the PATH of functions. */
  readonly searchPath: string;
  readonly logger: Logger;
}

export interface Call {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly traceId: string;
  readonly clientContext?: string;
  readonly withTail: boolean;
}

export class Invoker {
  private readonly logs = new Map<string, FunctionLog>();
  private readonly commands: RuntimeCommands;

  constructor(private readonly options: InvokerOptions) {
    this.commands = new RuntimeCommands(options.searchPath);
  }

  /** Rejects with `TooManyRequestsException` only; what goes wrong in the function is an answer. */
  invoke(resolved: Resolved, call: Call): Promise<Answered> {
    const { record, version, qualifier } = resolved;
    const { withTail, ...rest } = call;
    const functionKey = keyOf(record);
    const place = this.options.functions.place(record.accountId);
    return this.options.pool.invoke(
      {
        functionKey,
        generation: `${functionKey}/${version.revisionId}`,
        ...(record.reservedConcurrency !== undefined && { reservedConcurrency: record.reservedConcurrency }),
      },
      () => this.specOf(resolved),
      { ...rest, functionArn: functionArn(place, record.name, qualifier) },
      withTail,
    );
  }

  /** The function is deleted, and its log with it. */
  forget(record: FunctionRecord): void {
    const key = keyOf(record);
    this.logs.get(key)?.discard();
    this.logs.delete(key);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.logs.values()].map((log) => log.close()));
  }

  private specOf({ record, version }: Resolved): SandboxSpec {
    const { functions, region, searchPath } = this.options;
    const { settings, code } = version;
    const taskRoot = taskRootOf(functions.folderOf(record), code);
    const logStream = logStreamOf(version.version);
    return {
      version: version.version,
      timeoutSeconds: settings.timeoutSeconds,
      memoryMb: settings.memoryMb,
      taskRoot,
      log: this.logOf(record).open(logStream),
      command: () => this.commands.of({ runtime: settings.runtime, memoryMb: settings.memoryMb, taskRoot }),
      environment: (runtimeApiPort) =>
        environmentOf({
          functionName: record.name,
          version: version.version,
          settings,
          region,
          taskRoot,
          logStream,
          runtimeApiPort,
          searchPath,
        }),
    };
  }

  private logOf(record: FunctionRecord): FunctionLog {
    const key = keyOf(record);
    const known = this.logs.get(key);
    if (known) return known;
    const log = new FunctionLog(this.options.functions.logFileOf(record), (error) =>
      this.options.logger.error('a function log cannot be written', {
        function: key,
        reason: reasonOf(error),
      }),
    );
    this.logs.set(key, log);
    return log;
  }
}

/** Names a function in the host: `{account}/{name}`. */
export function keyOf({ accountId, name }: Pick<FunctionRecord, 'accountId' | 'name'>): string {
  return `${accountId}/${name}`;
}

/** `2026/11/25/[$LATEST]{32 hexadecimal digits}` */
function logStreamOf(version: string): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${randomBytes(16).toString('hex')}`;
}

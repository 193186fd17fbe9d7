/**
 * The environment of a function's process: what AWS sets, and the function's own variables. Nothing of the host's own
 * environment comes along but the search path, so no secret does.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { delimiter, dirname } from 'node:path';
import { logGroupOf } from '../functions/configuration';
import type { FunctionSettings } from '../functions/function-record';

export interface EnvironmentInput {
  readonly functionName: string;
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly region: string;
  readonly taskRoot: string;
  readonly logStream: string;
  readonly runtimeApiPort: number;
  /** Of the host. */
  readonly searchPath: string;
}

export function environmentOf(input: EnvironmentInput): Record<string, string> {
  const { settings, region } = input;
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: [dirname(process.execPath), input.searchPath].filter((part) => part !== '').join(delimiter),
    // The code is read only on AWS; here a new file in a watched folder would end the process that wrote it.
    PYTHONDONTWRITEBYTECODE: '1',
    ...settings.environment,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${input.runtimeApiPort}`,
    AWS_LAMBDA_FUNCTION_NAME: input.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: input.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(input.functionName),
    AWS_LAMBDA_LOG_STREAM_NAME: input.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: input.taskRoot,
    LAMBDA_RUNTIME_DIR: input.taskRoot,
    _HANDLER: settings.handler,
  };
}

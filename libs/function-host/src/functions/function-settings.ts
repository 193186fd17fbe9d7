/**
 * The settings of a function: AWS's defaults and limits, and what this host cannot do, which it says instead of ignoring it.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
import { AwsError } from '@gatehouse/aws-wire';
import { invalidParameter } from '../lambda-fault';
import { isRunnable } from '../sandbox/runtime-command';
import type { FunctionSettings } from './function-record';

/** The members that CreateFunction and UpdateFunctionConfiguration share, as the wire has them. */
export interface SettingsInput {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Role?: string;
  readonly Description?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly Architectures?: readonly string[];
  readonly PackageType?: string;
  readonly [member: string]: unknown;
}

const DEFAULTS: FunctionSettings = {
  runtime: '',
  handler: '',
  role: '',
  description: '',
  timeoutSeconds: 3,
  memoryMb: 128,
  architectures: ['x86_64'],
  shown: {},
};
// DIFFERS: `TracingConfig`, `EphemeralStorage`; they are stored and shown.
const SHOWN = ['TracingConfig', 'EphemeralStorage', 'LoggingConfig'];
// DIFFERS: layers, images, VPC; what has no effect here is refused, unless it is empty.
const NOT_RUN = [
  'Layers',
  'VpcConfig',
  'FileSystemConfigs',
  'DeadLetterConfig',
  'ImageConfig',
  'KMSKeyArn',
  'CodeSigningConfigArn',
  'DurableConfig',
  'CapacityProviderConfig',
  'TenancyConfig',
];
const MAX_ENVIRONMENT_BYTES = 4096;

/** DIFFERS: credentials in a function's environment; AWS reserves their names too, which here nobody else would give. */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_(FUNCTION_(NAME|MEMORY_SIZE|VERSION)|INITIALIZATION_TYPE|LOG_(GROUP|STREAM)_NAME|RUNTIME_API)|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

/** The settings that `input` gives, over `known` ones. Throws `InvalidParameterValueException` and `ValidationException`. */
export function settingsOf(input: SettingsInput, known?: FunctionSettings): FunctionSettings {
  if (input.PackageType === 'Image') {
    throw invalidParameter('Container images (PackageType Image) are not run here; give the code as a zip.');
  }
  const before = known ?? DEFAULTS;
  const settings: FunctionSettings = {
    runtime: input.Runtime ?? before.runtime,
    handler: input.Handler ?? before.handler,
    role: input.Role ?? before.role,
    description: input.Description ?? before.description,
    timeoutSeconds: input.Timeout ?? before.timeoutSeconds,
    memoryMb: input.MemorySize ?? before.memoryMb,
    ...environmentOf(input, known),
    architectures: input.Architectures ?? before.architectures,
    shown: { ...before.shown, ...shownOf(input) },
  };
  check(settings, input);
  return settings;
}

function environmentOf(
  { Environment }: SettingsInput,
  known: FunctionSettings | undefined,
): Pick<FunctionSettings, 'environment'> {
  const variables = Environment === undefined ? known?.environment : { ...Environment.Variables };
  return variables === undefined || Object.keys(variables).length === 0 ? {} : { environment: variables };
}

function shownOf(input: SettingsInput): Record<string, unknown> {
  return Object.fromEntries(
    SHOWN.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])),
  );
}

function check(settings: FunctionSettings, input: SettingsInput): void {
  if (settings.runtime === '' || settings.handler === '') {
    throw invalidParameter(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    );
  }
  if (!isRunnable(settings.runtime)) {
    throw invalidParameter(
      `This host runs nodejs, python3 and provided runtimes, not ${settings.runtime}; a custom runtime (provided) runs anything.`,
    );
  }
  requireRange('timeout', settings.timeoutSeconds, 1, 900);
  requireRange('memorySize', settings.memoryMb, 128, 10_240);
  const unable = NOT_RUN.find((name) => !isEmpty(input[name]));
  if (unable !== undefined) throw invalidParameter(`${unable} has no effect on this host; leave it out.`);
  checkEnvironment(settings.environment ?? {});
}

function requireRange(member: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  const bound = value < low ? `greater than or equal to ${low}` : `less than or equal to ${high}`;
  throw AwsError.validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`,
  );
}

/** Tools send empty forms of what they do not use. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  const refuse = (why: string): never => {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided ${why}`,
    );
  };
  const reserved = Object.keys(variables).filter((name) => RESERVED.test(name));
  if (reserved.length > 0) {
    refuse(
      `contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > MAX_ENVIRONMENT_BYTES) refuse('exceeded the 4KB limit.');
  if (text.includes('\\u0000')) refuse('contains a null byte.');
}

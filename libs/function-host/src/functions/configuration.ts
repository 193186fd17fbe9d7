/** Stored records in the wire's form. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
import { createHash } from 'node:crypto';
import { functionArn, type FunctionPlace } from './function-name';
import type { AliasRecord, FunctionRecord, VersionRecord } from './function-record';

export function configurationOf(
  place: FunctionPlace,
  record: FunctionRecord,
  version: VersionRecord,
  /** Shown in the ARN; none for the function itself. */
  qualifier?: string,
): Record<string, unknown> {
  const { settings, code } = version;
  return {
    FunctionName: record.name,
    FunctionArn: functionArn(place, record.name, qualifier),
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: code.kind === 'zip' ? code.sizeBytes : 0,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: version.lastModified.replace('Z', '+0000'),
    CodeSha256: codeSha256(version),
    Version: version.version,
    ...(settings.environment && { Environment: { Variables: settings.environment } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: version.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: settings.architectures,
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: logGroupOf(record.name) },
    ...settings.shown,
  };
}

/** Base64, as AWS gives it; of a development folder the hash of its path, since its bytes change all the time. */
export function codeSha256({ code }: VersionRecord): string {
  const hash =
    code.kind === 'zip'
      ? Buffer.from(code.sha256Hex, 'hex')
      : createHash('sha256').update(code.path).digest();
  return hash.toString('base64');
}

export function logGroupOf(name: string): string {
  return `/aws/lambda/${name}`;
}

export function aliasConfigurationOf(
  place: FunctionPlace,
  name: string,
  alias: AliasRecord,
): Record<string, unknown> {
  return {
    AliasArn: functionArn(place, name, alias.name),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    ...(Object.keys(alias.weights).length > 0 && {
      RoutingConfig: { AdditionalVersionWeights: alias.weights },
    }),
    RevisionId: alias.revisionId,
  };
}

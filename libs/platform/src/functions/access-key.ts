/** An access key from a file in the AWS INI format (AWS CLI guide, "Configuration and credential file settings"). */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The `default` profile. Throws `ConfigError`, which tells nothing of the file's content. */
export function readAccessKey(file: string, setting: string): AccessKey {
  const values = defaultProfile(read(file, setting));
  const accessKeyId = values.get('aws_access_key_id');
  const secretAccessKey = values.get('aws_secret_access_key');
  const sessionToken = values.get('aws_session_token');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigError(`${setting}: the default profile of ${file} has no access key`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function read(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${setting} cannot be read: ${(error as Error).message}`);
  }
}

function defaultProfile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let isDefault = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(.*?)\s*\]/.exec(line);
    const pair = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (section) isDefault = section[1] === 'default';
    else if (pair?.[1] && pair[2] && isDefault) values.set(pair[1], pair[2]);
  }
  return values;
}

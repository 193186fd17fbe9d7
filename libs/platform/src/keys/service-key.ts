/** The key with which the gateway calls the function host of its own installation. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readAccessKey, type AccessKey } from '../functions/access-key';
import { writePrivateFile } from './private-file';

/** Made at the first start, in the AWS INI format. Throws `ConfigError` where the file holds no key. */
export function loadOrCreateServiceKey(file: string): AccessKey {
  if (!existsSync(file)) {
    const accessKeyId = `GHSVC${randomBytes(10).toString('hex').toUpperCase()}`;
    const secret = randomBytes(30).toString('base64');
    writePrivateFile(
      file,
      `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`,
    );
  }
  return readAccessKey(file, 'GATEHOUSE_FUNCTIONS_SERVICE_KEY_FILE');
}

/** Secrets at rest: AES-256-GCM under the master key, `v1.{iv}.{tag}.{ciphertext}` in base64url (NIST SP 800-38D). */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivateFile } from '@gatehouse/platform';

export class Sealer {
  private readonly key: Buffer;

  /** `keyFile` holds 64 hex digits; it is made when absent. */
  constructor(keyFile: string) {
    if (!existsSync(keyFile)) writePrivateFile(keyFile, randomBytes(32).toString('hex'));
    const text = readFileSync(keyFile, 'utf8').trim();
    if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error(`${keyFile} must hold 64 hex digits`);
    this.key = Buffer.from(text, 'hex');
  }

  /** `purpose` is bound in: a sealed text moved to another place does not open. */
  seal(secret: string, purpose: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(purpose));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return ['v1', ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.');
  }

  /** Throws when the text was changed, moved, or sealed under another key. */
  open(sealed: string, purpose: string): string {
    const [version, ...parts] = sealed.split('.');
    const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'));
    if (version !== 'v1' || !iv || !tag || !text) throw new Error('not a sealed secret');
    const decipher = createDecipheriv('aes-256-gcm', this.key, iv)
      .setAAD(Buffer.from(purpose))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  }
}

/** Secrets at rest: AES-256-GCM under the master key, `v1.{iv}.{tag}.{ciphertext}` in base64url (NIST SP 800-38D). */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivateFile } from './private-file';

export class Sealer {
  private constructor(private readonly key: Buffer) {}

  /** `keyFile` holds 64 hex digits. */
  static read(keyFile: string): Sealer {
    const text = readFileSync(keyFile, 'utf8').trim();
    if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error(`${keyFile} must hold 64 hex digits`);
    return new Sealer(Buffer.from(text, 'hex'));
  }

  /** `keyFile` is made when absent. */
  static loadOrCreate(keyFile: string): Sealer {
    if (!existsSync(keyFile)) writePrivateFile(keyFile, randomBytes(32).toString('hex'));
    return Sealer.read(keyFile);
  }

  /** The same for the same secret and purpose, so that a secret can be looked up: HMAC-SHA-256 under a key of the purpose. */
  fingerprint(secret: string, purpose: string): string {
    const key = Buffer.from(hkdfSync('sha256', this.key, '', `fingerprint/${purpose}`, 32));
    return createHmac('sha256', key).update(secret).digest('base64url');
  }

  /** `purpose` is bound in: a sealed text moved to another place does not open. */
  seal(secret: string, purpose: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(purpose));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return ['v1', ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.');
  }

  /** `undefined` where `open` throws. */
  openIfSealed(sealed: string, purpose: string): string | undefined {
    try {
      return this.open(sealed, purpose);
    } catch {
      return undefined;
    }
  }

  /** Throws when the text was changed, moved, or sealed under another key. */
  open(sealed: string, purpose: string): string {
    const [version, ...parts] = sealed.split('.');
    const [iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'));
    if (version !== 'v1' || !iv || !tag || !text) throw new Error('not a sealed secret');
    // Without this Node takes a tag cut to 4 bytes, which can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', this.key, iv, { authTagLength: 16 })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  }
}

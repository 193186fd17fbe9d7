/** The Ed25519 keys of snapshots, in PEM files. The control plane signs; data planes hold public keys only. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivateFile } from './private-file';

/** Reads the private key, or makes one on the first start and writes its public half beside it. */
export function loadOrCreateSigningKey(privateFile: string, publicFile: string): KeyObject {
  if (!existsSync(privateFile)) {
    const pair = generateKeyPairSync('ed25519');
    writePrivateFile(privateFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  const key = createPrivateKey(readFileSync(privateFile));
  if (!existsSync(publicFile)) {
    writePrivateFile(publicFile, createPublicKey(key).export({ type: 'spki', format: 'pem' }));
  }
  return key;
}

/** One or more public keys in one PEM file. Throws when there is none. */
export function readPublicKeys(file: string): KeyObject[] {
  const blocks =
    readFileSync(file, 'utf8').match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error(`${file} holds no public key`);
  return blocks.map((pem) => createPublicKey(pem));
}

/** The certificate of a listener, from PEM files. A renewed one is taken while connections go on. */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import { ConfigError, type TlsFiles } from '../config/config';
import { reasonOf, type Logger } from '../logging/logger';

const LOOK_MS = 30_000;

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Throws `ConfigError` when a file cannot be read, or key and certificate are not a pair. */
export function readKeyPair(files: TlsFiles): KeyPair {
  try {
    return soundPair(files);
  } catch (error) {
    throw new ConfigError(
      `${files.certFile} and ${files.keyFile} are no certificate and key: ${reasonOf(error)}`,
    );
  }
}

/** Looks for changed files every `lookMs` (default 30 s); what cannot be used leaves the one before. */
export function renewCertificate(
  server: Server,
  files: TlsFiles,
  logger: Logger,
  lookMs = LOOK_MS,
): { stop(): void } {
  let seen = versionOf(files);
  const look = (): void => {
    const version = versionOf(files);
    if (version === seen) return;
    seen = version;
    try {
      server.setSecureContext(soundPair(files));
      logger.info('the certificate is renewed', { file: files.certFile });
    } catch (error) {
      logger.error('the renewed certificate cannot be used', { reason: reasonOf(error) });
    }
  };
  const timer = setInterval(look, lookMs).unref();
  return { stop: () => clearInterval(timer) };
}

function soundPair({ certFile, keyFile }: TlsFiles): KeyPair {
  const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  createSecureContext(pair);
  return pair;
}

/** Mounted secrets are replaced by changing a link, so the file's number counts, too. */
function versionOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile].map(versionOfFile).join();
}

function versionOfFile(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return 'absent';
  }
}

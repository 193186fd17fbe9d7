// Reads the Authorization header of AWS Signature Version 4.
import { createHash } from 'node:crypto';
import { algorithm, terminator, type CredentialScope } from './signature';

export interface SigV4Credential extends CredentialScope {
  readonly accessKeyId: string;
}

/** What a request says about its own signature, in header or query form. */
export interface SigV4Claim {
  readonly credential: SigV4Credential;
  /** In the order given. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export type SigV4Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; every failure is an AWS IncompleteSignatureException. */
export function parseAuthorization(header: string): SigV4Parsed<SigV4Claim> {
  const [name = '', rest = ''] = splitOnce(header.trim(), ' ');
  if (name.startsWith('AWS4-') && name !== algorithm) return fail(`Unsupported AWS 'algorithm': '${name}'.`);
  const parameters = new Map<string, string>();
  for (const part of rest.split(',').filter((text) => text.trim() !== '')) {
    const [key, value] = splitOnce(part.trim(), '=');
    if (value === undefined) {
      return fail(
        `Invalid key=value pair (missing equal-sign) in Authorization header ${fingerprint(header)}.`,
      );
    }
    if (parameters.has(key)) return fail(`Authorization header holds '${key}' twice.`);
    parameters.set(key, value);
  }
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((key) => !parameters.get(key));
  if (missing.length > 0) {
    const sentences = missing.map((key) => `Authorization header requires '${key}' parameter.`);
    return fail(`${sentences.join(' ')} ${fingerprint(header)}`);
  }
  return claimOf((key) => parameters.get(key) ?? '');
}

/** The claim in parameters named as in the header (query form: without their `X-Amz-`). */
export function claimOf(
  read: (key: 'Credential' | 'SignedHeaders' | 'Signature') => string,
): SigV4Parsed<SigV4Claim> {
  const credential = parseCredential(read('Credential'));
  if (!credential.ok) return credential;
  const signedHeaders = read('SignedHeaders').split(';');
  return { ok: true, value: { credential: credential.value, signedHeaders, signature: read('Signature') } };
}

function parseCredential(text: string): SigV4Parsed<SigV4Credential> {
  const elements = text.split('/');
  const [accessKeyId, day, region, service, end] = elements;
  if (!accessKeyId || !day || !region || !service || elements.length !== 5) {
    return fail(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }
  if (end !== terminator)
    return fail(`Credential should be scoped with a valid terminator: '${terminator}'.`);
  return { ok: true, value: { accessKeyId, day, region, service } };
}

/** AWS names the header it refuses by its hash, so that no signature shows up in a log. */
function fingerprint(header: string): string {
  const hash = createHash('sha256').update(header).digest('base64');
  return `(Hashed with SHA-256 and encoded with Base64) Authorization=${hash}`;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function fail(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

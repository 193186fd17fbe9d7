// The answers to a request whose signature does not hold, in AWS's names and words.

export interface SigV4Refusal {
  readonly ok: false;
  /** AWS's error name. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

const refuse = (code: string, message: string): SigV4Refusal => ({ ok: false, code, status: 403, message });

export const refusal = {
  missing: () => refuse('MissingAuthenticationTokenException', 'Missing Authentication Token'),
  incomplete: (message: string) => refuse('IncompleteSignatureException', message),
  invalid: (message: string) => refuse('InvalidSignatureException', message),
  mismatch: () =>
    refuse(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
        'and signing method. Consult the service documentation for details.',
    ),
  unknownClient: () =>
    refuse('UnrecognizedClientException', 'The security token included in the request is invalid.'),
};

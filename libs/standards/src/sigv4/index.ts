// AWS Signature Version 4: signing and verifying requests.
export { parseAuthorization, type SigV4Claim, type SigV4Credential, type SigV4Parsed } from './authorization';
export { canonicalRequest, type SigV4Request } from './canonical-request';
export { type SigV4Refusal } from './refusal';
export { presignSigV4, signSigV4, type SigV4SigningOptions } from './sign';
export { verifySigV4, type SigV4Key, type SigV4Verified, type SigV4VerifyOptions } from './verify';

// Reads what a request says about its signature, from the Authorization header or from the query, before anything is
// believed.
import { claimOf, parseAuthorization, type SigV4Parsed, type SigV4Claim } from './authorization';
import { parseQueryPairs, type SigV4Request } from './canonical-request';
import { refusal, type SigV4Refusal } from './refusal';
import { algorithm } from './signature';
import { formatTimestamp, parseHttpDate, parseTimestamp } from './timestamp';

/** A claim with all that is needed to check it; the form tells which rules apply. */
export interface SignedRequest extends SigV4Claim {
  readonly ok: true;
  readonly form: 'header' | 'query';
  readonly date: Date;
  /** The header that carried the date; it must be signed. */
  readonly dateHeader?: string;
  /** Query form only. */
  readonly expiresSeconds?: number;
  readonly sessionToken?: string;
  /** The payload hash that the client says it signed. */
  readonly statedHash?: string;
  /** The query as it was signed. */
  readonly query: string;
}

const maxExpiresSeconds = 604_800;
const parameterNames = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'] as const;

/** Header form wins where both are present; a request with neither is MissingAuthenticationTokenException. */
export function readSignedRequest(request: SigV4Request): SignedRequest | SigV4Refusal {
  const authorization = request.headers.get('authorization');
  if (authorization?.startsWith('AWS4-')) return readHeaderForm(request, authorization);
  if (/(^|&)X-Amz-(Algorithm|Credential|Signature)=/.test(request.query)) return readQueryForm(request);
  return authorization === undefined ? refusal.missing() : readHeaderForm(request, authorization);
}

function readHeaderForm(request: SigV4Request, authorization: string): SignedRequest | SigV4Refusal {
  const claim = parseAuthorization(authorization);
  if (!claim.ok) return refusal.incomplete(claim.message);
  const { headers, query } = request;
  const dateHeader = headers.has('x-amz-date') ? 'x-amz-date' : 'date';
  const date = readDate(headers.get(dateHeader));
  if (!date.ok) return refusal.incomplete(date.message);
  return {
    ok: true,
    form: 'header',
    ...claim.value,
    date: date.value,
    dateHeader,
    sessionToken: headers.get('x-amz-security-token'),
    statedHash: headers.get('x-amz-content-sha256'),
    query,
  };
}

function readDate(text: string | undefined): SigV4Parsed<Date> {
  if (text === undefined) {
    const message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
    return { ok: false, message };
  }
  const value = parseTimestamp(text) ?? parseHttpDate(text);
  if (value) return { ok: true, value };
  return { ok: false, message: `Date must be in ISO-8601 'basic format'. Got '${text}'.` };
}

function readQueryForm(request: SigV4Request): SignedRequest | SigV4Refusal {
  const parameters = readParameters(request.query);
  if (!parameters.ok) return refusal.incomplete(parameters.message);
  const read = (name: string) => parameters.value.get(`X-Amz-${name}`);
  if (read('Algorithm') !== algorithm)
    return refusal.incomplete(`Unsupported AWS 'algorithm': '${read('Algorithm')}'.`);
  const claim = claimOf((key) => read(key) ?? '');
  if (!claim.ok) return refusal.incomplete(claim.message);
  const date = parseTimestamp(read('Date') ?? '');
  if (!date) return refusal.incomplete(`Date must be in ISO-8601 'basic format'. Got '${read('Date')}'.`);
  const expiresSeconds = /^\d{1,6}$/.test(read('Expires') ?? '') ? Number(read('Expires')) : 0;
  if (expiresSeconds < 1 || expiresSeconds > maxExpiresSeconds) {
    return refusal.incomplete(`X-Amz-Expires must be a number of seconds from 1 to ${maxExpiresSeconds}.`);
  }
  return {
    ok: true,
    form: 'query',
    ...claim.value,
    date,
    expiresSeconds,
    sessionToken: read('Security-Token'),
    statedHash: read('Content-Sha256') ?? request.headers.get('x-amz-content-sha256'),
    query: withoutSignature(request.query),
  };
}

/** Each of the `X-Amz-` parameters must be there once. */
function readParameters(query: string): SigV4Parsed<ReadonlyMap<string, string>> {
  const pairs = parseQueryPairs(query).filter(([name]) => name.startsWith('X-Amz-'));
  const parameters = new Map(pairs);
  if (parameters.size < pairs.length)
    return { ok: false, message: 'An AWS query-string parameter is given twice.' };
  const missing = parameterNames.filter((name) => !parameters.get(`X-Amz-${name}`));
  if (missing.length === 0) return { ok: true, value: parameters };
  const sentences = missing.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'.`);
  return { ok: false, message: `${sentences.join(' ')} Re-examine the query-string parameters.` };
}

function withoutSignature(query: string): string {
  return query
    .split('&')
    .filter((pair) => parseQueryPairs(pair)[0]?.[0] !== 'X-Amz-Signature')
    .join('&');
}

/** The time at which the claim was signed, in the form that is part of the signed text. */
export function timestampOf(signed: SignedRequest): string {
  return formatTimestamp(signed.date);
}

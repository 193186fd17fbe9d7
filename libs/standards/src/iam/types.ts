/**
 * AWS's policy language (IAM user guide, "IAM JSON policy elements reference" and "Policy evaluation logic"), version
 * 2012-10-17, as far as a gateway needs it.
 */

/** Read once by `parsePolicy`; what it holds is this folder's business. */
export interface Policy {
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** `undefined` = the statement names none, as in policies of identities. */
  readonly principal: Matcher<Caller | undefined> | undefined;
  readonly action: Matcher<AccessRequest>;
  readonly resource: Matcher<AccessRequest>;
  readonly conditions: readonly Matcher<AccessRequest>[];
}

export type Matcher<T> = (of: T) => boolean;

export interface AccessRequest {
  /** `execute-api:Invoke`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Who asks; needed by policies of resources only. `undefined` = nobody known. */
  readonly caller: Caller | undefined;
  /** Values of condition keys, by name in lower case (`aws:sourceip`); absent = the request has no such key. */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

export interface Caller {
  readonly accountId: string;
  /** `arn:aws:iam::{account}:user/{name}`. */
  readonly arn: string;
  readonly userId: string;
}

/** `allow` and `deny` are explicit; `none` = no statement speaks of the request, which denies by default. */
export type Verdict = 'allow' | 'deny' | 'none';

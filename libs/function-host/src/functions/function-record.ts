/** What is stored of a function, one JSON file each. Times are ISO 8601; sizes and limits carry their unit. */

/** What a version of a function is made of; `$LATEST` may change, a numbered version never does. */
export interface FunctionSettings {
  readonly runtime: string;
  /** `file.export`; a custom runtime reads it itself. */
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly architectures: readonly string[];
  /** Stored and shown, without effect here: `TracingConfig`, `EphemeralStorage`, `LoggingConfig` as the client gave them. */
  readonly shown: Readonly<Record<string, unknown>>;
}

/** A zip that was uploaded, by the hash of its bytes; or a folder of this machine that is run in place and watched. */
export type FunctionCode =
  | { readonly kind: 'zip'; readonly sha256Hex: string; readonly sizeBytes: number }
  | { readonly kind: 'folder'; readonly path: string };

export const LATEST = '$LATEST';

export interface VersionRecord {
  /** `$LATEST`, or a whole number from 1. */
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly code: FunctionCode;
  readonly lastModified: string;
  readonly revisionId: string;
}

export interface AliasRecord {
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  /** Share of calls (0 to 1) that goes to another version, by version. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string;
}

/** A statement of a resource policy in IAM's JSON form. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly Service: string } | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ResourcePolicy {
  readonly statements: readonly PolicyStatement[];
  readonly revisionId: string;
}

export interface FunctionRecord {
  readonly accountId: string;
  readonly name: string;
  readonly latest: VersionRecord;
  /** Published ones, oldest first. */
  readonly versions: readonly VersionRecord[];
  /** A number is never given twice, though its version be deleted. */
  readonly nextVersion: number;
  readonly aliases: readonly AliasRecord[];
  /** By qualifier; the empty one is the function's own. */
  readonly policies: Readonly<Record<string, ResourcePolicy>>;
  readonly reservedConcurrency?: number;
  readonly tags: Readonly<Record<string, string>>;
}

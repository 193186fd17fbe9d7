/** What the Lambda API does with functions, their versions and aliases. Every rule is here; the operations only translate. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { locationOf, storeCode, sweepCode, type CodeInput } from '../code/code-store';
import { conflict, functionNotFound, invalidParameter, notFound, preconditionFailed } from '../lambda-fault';
import { codeSha256 } from './configuration';
import { functionArn, parseFunctionName, type FunctionName, type FunctionPlace } from './function-name';
import {
  LATEST,
  type FunctionCode,
  type FunctionRecord,
  type FunctionSettings,
  type VersionRecord,
} from './function-record';
import { settingsOf, type SettingsInput } from './function-settings';
import type { FunctionStore } from './function-store';

/** What the host does when a function changes. */
export interface FunctionChanges {
  /** New code or settings: warm processes are outdated. */
  changed(record: FunctionRecord): void;
  deleted(record: FunctionRecord): void;
}

export interface CreateInput extends SettingsInput {
  readonly FunctionName: string;
  readonly Code: CodeInput;
  readonly Publish?: boolean;
  readonly Tags?: Readonly<Record<string, string>>;
}

export interface UpdateCodeInput extends CodeInput {
  readonly FunctionName: string;
  readonly Publish?: boolean;
  readonly DryRun?: boolean;
  readonly RevisionId?: string;
  readonly Architectures?: readonly string[];
}

/** A function and the version that a name and qualifier mean. */
export interface Resolved {
  readonly record: FunctionRecord;
  readonly version: VersionRecord;
  /** As asked for: a version, an alias, or nothing. */
  readonly qualifier?: string;
}

export class FunctionService {
  constructor(
    private readonly store: FunctionStore,
    private readonly changes: FunctionChanges,
    private readonly region: string,
  ) {}

  place(accountId: string): FunctionPlace {
    return { region: this.region, accountId };
  }

  /** Throws `InvalidParameterValueException`, and `ResourceNotFoundException` for a function that is not here. */
  find(accountId: string, text: string, qualifier?: string): { name: FunctionName; record: FunctionRecord } {
    const name = parseFunctionName(text, qualifier);
    const isHere =
      (name.accountId ?? accountId) === accountId && (name.region ?? this.region) === this.region;
    const record = isHere ? this.store.find(accountId, name.name) : undefined;
    if (!record) throw functionNotFound(this.arnOf(accountId, name));
    return { name, record };
  }

  /** Chooses the version; of a weighted alias by `random`, 0 up to 1. */
  resolve(accountId: string, text: string, qualifier?: string, random = Math.random()): Resolved {
    const { name, record } = this.find(accountId, text, qualifier);
    const version = versionOf(record, name.qualifier, random);
    if (!version) throw functionNotFound(this.arnOf(accountId, name));
    return { record, version, ...(name.qualifier !== undefined && { qualifier: name.qualifier }) };
  }

  private arnOf(accountId: string, name: FunctionName): string {
    const place = { region: name.region ?? this.region, accountId: name.accountId ?? accountId };
    return functionArn(place, name.name, name.qualifier);
  }

  list(accountId: string): FunctionRecord[] {
    return this.store.ofAccount(accountId);
  }

  async create(accountId: string, input: CreateInput): Promise<Resolved> {
    const { name } = parseFunctionName(input.FunctionName);
    const settings = settingsOf(input);
    this.requireFree(accountId, name);
    const code = await storeCode(this.folderOf({ accountId, name }), input.Code);
    this.requireFree(accountId, name);
    const latest = newVersion(LATEST, settings, code);
    const tags = { ...input.Tags };
    const record = { accountId, name, latest, versions: [], nextVersion: 1, aliases: [], policies: {}, tags };
    this.save(record);
    return input.Publish === true
      ? this.publish(accountId, { FunctionName: name })
      : { record, version: latest };
  }

  private requireFree(accountId: string, name: string): void {
    if (this.store.find(accountId, name)) throw conflict(`Function already exist: ${name}`);
  }

  folderOf({ accountId, name }: Pick<FunctionRecord, 'accountId' | 'name'>): string {
    return this.store.folderOf(accountId, name);
  }

  async updateCode(accountId: string, input: UpdateCodeInput): Promise<Resolved> {
    const before = this.find(accountId, input.FunctionName).record;
    requireRevision(before.latest.revisionId, input.RevisionId);
    const code = await storeCode(this.folderOf(before), input);
    const { record } = this.find(accountId, input.FunctionName);
    requireRevision(record.latest.revisionId, input.RevisionId);
    const settings = {
      ...record.latest.settings,
      ...(input.Architectures && { architectures: input.Architectures }),
    };
    const latest = newVersion(LATEST, settings, code);
    if (input.DryRun === true) return { record, version: latest };
    const updated = { ...record, latest };
    this.save(updated);
    if (input.Publish === true) return this.publish(accountId, { FunctionName: record.name });
    return { record: updated, version: latest };
  }

  updateSettings(
    accountId: string,
    input: SettingsInput & { readonly FunctionName: string; readonly RevisionId?: string },
  ): Resolved {
    const { record } = this.find(accountId, input.FunctionName);
    requireRevision(record.latest.revisionId, input.RevisionId);
    const latest = newVersion(LATEST, settingsOf(input, record.latest.settings), record.latest.code);
    const updated = { ...record, latest };
    this.save(updated);
    return { record: updated, version: latest };
  }

  /** A function with all it has, or one of its versions. */
  delete(accountId: string, text: string, qualifier?: string): void {
    const { name, record } = this.find(accountId, text, qualifier);
    if (name.qualifier === undefined) {
      this.changes.deleted(record);
      this.store.delete(record);
      return;
    }
    if (name.qualifier === LATEST)
      throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    this.requireUnused(record, name.qualifier);
    const versions = record.versions.filter(({ version }) => version !== name.qualifier);
    this.store.save({ ...record, versions });
  }

  private requireUnused(record: FunctionRecord, version: string): void {
    const users = record.aliases
      .filter(({ functionVersion, weights }) => functionVersion === version || version in weights)
      .map(({ name }) => functionArn(this.place(record.accountId), record.name, name));
    if (users.length === 0) return;
    const arn = functionArn(this.place(record.accountId), record.name, version);
    throw conflict(
      `Cannot delete function ${arn} because it is referenced by aliases: [${users.join(', ')}]`,
    );
  }

  /** Unchanged code and settings give the version that is there, as on AWS. */
  publish(
    accountId: string,
    input: {
      readonly FunctionName: string;
      readonly CodeSha256?: string;
      readonly Description?: string;
      readonly RevisionId?: string;
    },
  ): Resolved {
    const { record } = this.find(accountId, input.FunctionName);
    const { latest } = record;
    requireRevision(latest.revisionId, input.RevisionId);
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== codeSha256(latest)) {
      throw invalidParameter(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${codeSha256(latest)}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    }
    const settings = { ...latest.settings, ...(input.Description && { description: input.Description }) };
    const newest = record.versions.at(-1);
    if (newest && isSame(newest, latest)) {
      return { record, version: newest, qualifier: newest.version };
    }
    const version = newVersion(String(record.nextVersion), settings, latest.code);
    const updated = {
      ...record,
      versions: [...record.versions, version],
      nextVersion: record.nextVersion + 1,
    };
    this.store.save(updated);
    return { record: updated, version, qualifier: version.version };
  }

  setReservedConcurrency(accountId: string, text: string, reserved: number | undefined): void {
    const { record } = this.find(accountId, text);
    const { reservedConcurrency: _old, ...rest } = record;
    this.store.save(reserved === undefined ? rest : { ...rest, reservedConcurrency: reserved });
  }

  /** Adds and removes tags of a function's ARN. */
  tag(
    accountId: string,
    arn: string,
    added: Readonly<Record<string, string>>,
    removed: readonly string[],
  ): void {
    const { record } = this.find(accountId, arn);
    const tags = Object.entries({ ...record.tags, ...added }).filter(([key]) => !removed.includes(key));
    this.store.save({ ...record, tags: Object.fromEntries(tags) });
  }

  codeLocation(record: FunctionRecord, version: VersionRecord): string {
    return locationOf(this.folderOf(record), version.code);
  }

  /** Removes code that nothing refers to; at the start, when no process runs on it. */
  sweep(): void {
    for (const record of this.store.all()) {
      sweepCode(
        this.folderOf(record),
        [record.latest, ...record.versions].map(({ code }) => code),
      );
    }
  }

  logFileOf(record: Pick<FunctionRecord, 'accountId' | 'name'>): string {
    return join(this.folderOf(record), 'logs', 'function.log');
  }

  private save(record: FunctionRecord): void {
    this.store.save(record);
    this.changes.changed(record);
  }
}

function newVersion(version: string, settings: FunctionSettings, code: FunctionCode): VersionRecord {
  return { version, settings, code, lastModified: new Date().toISOString(), revisionId: randomUUID() };
}

/** But for the description, which PublishVersion may set. */
function isSame(a: VersionRecord, b: VersionRecord): boolean {
  const text = ({ settings, code }: VersionRecord): string =>
    JSON.stringify([{ ...settings, description: '' }, code]);
  return text(a) === text(b);
}

export function requireRevision(current: string, wanted: string | undefined): void {
  if (wanted !== undefined && wanted !== current) throw preconditionFailed();
}

function versionOf(
  record: FunctionRecord,
  qualifier: string | undefined,
  random: number,
): VersionRecord | undefined {
  if (qualifier === undefined || qualifier === LATEST) return record.latest;
  const alias = record.aliases.find(({ name }) => name === qualifier);
  if (!alias) return record.versions.find(({ version }) => version === qualifier);
  let share = 0;
  const other = Object.entries(alias.weights).find(([, weight]) => random < (share += weight));
  return versionOf({ ...record, aliases: [] }, other?.[0] ?? alias.functionVersion, random);
}

/** Throws `ResourceNotFoundException`, in the words of the alias operations. */
export function requireVersion(place: FunctionPlace, record: FunctionRecord, version: string): void {
  if (versionOf({ ...record, aliases: [] }, version, 0)) return;
  throw notFound(`Function not found: ${functionArn(place, record.name, version)}`);
}

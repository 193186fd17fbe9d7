/** Aliases: names that point at a version, or share calls between two. https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html */
import { randomUUID } from 'node:crypto';
import { conflict, invalidParameter, notFound } from '../lambda-fault';
import { functionArn } from './function-name';
import { LATEST, type AliasRecord, type FunctionRecord } from './function-record';
import { requireRevision, requireVersion, type FunctionService } from './function-service';
import type { FunctionStore } from './function-store';

export interface AliasInput {
  readonly FunctionName: string;
  readonly Name: string;
  readonly FunctionVersion?: string;
  readonly Description?: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> };
  readonly RevisionId?: string;
}

export class AliasService {
  constructor(
    private readonly functions: FunctionService,
    private readonly store: FunctionStore,
  ) {}

  list(
    accountId: string,
    functionName: string,
    version?: string,
  ): { record: FunctionRecord; aliases: AliasRecord[] } {
    const { record } = this.functions.find(accountId, functionName);
    const aliases = record.aliases.filter(
      ({ functionVersion }) => version === undefined || functionVersion === version,
    );
    return { record, aliases };
  }

  get(accountId: string, functionName: string, name: string): { record: FunctionRecord; alias: AliasRecord } {
    const { record } = this.functions.find(accountId, functionName);
    const alias = record.aliases.find((one) => one.name === name);
    if (!alias) throw notFound(`Cannot find alias arn: ${this.arnOf(record, name)}`);
    return { record, alias };
  }

  create(accountId: string, input: AliasInput): { record: FunctionRecord; alias: AliasRecord } {
    const { record } = this.functions.find(accountId, input.FunctionName);
    if (record.aliases.some(({ name }) => name === input.Name)) {
      throw conflict(`Alias already exists: ${this.arnOf(record, input.Name)}`);
    }
    return this.put(
      record,
      { name: input.Name, functionVersion: '', description: '', weights: {}, revisionId: '' },
      input,
    );
  }

  update(accountId: string, input: AliasInput): { record: FunctionRecord; alias: AliasRecord } {
    const { record, alias } = this.get(accountId, input.FunctionName, input.Name);
    requireRevision(alias.revisionId, input.RevisionId);
    return this.put(record, alias, input);
  }

  /** An alias that is not there is deleted as well as one that is, as on AWS. */
  delete(accountId: string, functionName: string, name: string): void {
    const { record } = this.functions.find(accountId, functionName);
    this.store.save({ ...record, aliases: record.aliases.filter((alias) => alias.name !== name) });
  }

  private put(
    record: FunctionRecord,
    known: AliasRecord,
    input: AliasInput,
  ): { record: FunctionRecord; alias: AliasRecord } {
    const alias: AliasRecord = {
      name: known.name,
      functionVersion: input.FunctionVersion ?? known.functionVersion,
      description: input.Description ?? known.description,
      weights: input.RoutingConfig ? { ...input.RoutingConfig.AdditionalVersionWeights } : known.weights,
      revisionId: randomUUID(),
    };
    this.check(record, alias);
    const others = record.aliases.filter(({ name }) => name !== alias.name);
    const aliases = [...others, alias].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.store.save({ ...record, aliases });
    return { record, alias };
  }

  private check(record: FunctionRecord, { functionVersion, weights }: AliasRecord): void {
    const place = this.functions.place(record.accountId);
    for (const version of [functionVersion, ...Object.keys(weights)]) requireVersion(place, record, version);
    const shares = Object.values(weights);
    if (shares.length > 1)
      throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
    if (shares.some((share) => !(share >= 0 && share <= 1)))
      throw invalidParameter('Weights must be from 0.0 to 1.0');
    if (shares.length > 0 && [functionVersion, ...Object.keys(weights)].includes(LATEST)) {
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
    }
  }

  private arnOf({ accountId, name }: FunctionRecord, alias: string): string {
    return functionArn(this.functions.place(accountId), name, alias);
  }
}

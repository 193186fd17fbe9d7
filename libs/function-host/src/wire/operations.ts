/** The operations of the Lambda API, each a thin translation onto a service; Invoke has a file of its own. */
import type { AliasInput, AliasService } from '../functions/alias-service';
import { aliasConfigurationOf, configurationOf } from '../functions/configuration';
import type { FunctionRecord } from '../functions/function-record';
import type { CreateInput, FunctionService, Resolved, UpdateCodeInput } from '../functions/function-service';
import type { SettingsInput } from '../functions/function-settings';
import { policyDocument, type PermissionService } from '../functions/permission-service';
import type { PermissionInput } from '../functions/resource-policy';
import { pageOf, type PageInput } from './page';

export interface Services {
  readonly functions: FunctionService;
  readonly aliases: AliasService;
  readonly permissions: PermissionService;
}

export type Output = Record<string, unknown> | undefined;
export type OperationHandler = (input: never, accountId: string) => Output | Promise<Output>;

interface Named {
  readonly FunctionName: string;
  readonly Qualifier?: string;
  readonly RevisionId?: string;
}

/** By AWS's name of the operation; inputs and outputs as the model has them. */
export function lambdaOperations(services: Services): Readonly<Record<string, OperationHandler>> {
  return {
    ...functionOperations(services.functions),
    ...versionOperations(services.functions),
    ...aliasOperations(services),
    ...permissionOperations(services.permissions),
    ...concurrencyOperations(services.functions),
    ...tagOperations(services.functions),
  };
}

function describer(functions: FunctionService) {
  return (accountId: string, { record, version, qualifier }: Resolved): Record<string, unknown> =>
    configurationOf(functions.place(accountId), record, version, qualifier);
}

function functionOperations(functions: FunctionService): Record<string, OperationHandler> {
  const describe = describer(functions);
  return {
    CreateFunction: async (input: CreateInput, accountId) =>
      describe(accountId, await functions.create(accountId, input)),
    GetFunction: ({ FunctionName, Qualifier }: Named, accountId) => {
      // Of an alias with weights the version it names, not one by chance.
      const resolved = functions.resolve(accountId, FunctionName, Qualifier, 1);
      const { record, version } = resolved;
      return {
        Configuration: describe(accountId, resolved),
        Code: { RepositoryType: 'S3', Location: functions.codeLocation(record, version) },
        ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
        ...(record.reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency },
        }),
      };
    },
    GetFunctionConfiguration: ({ FunctionName, Qualifier }: Named, accountId) =>
      describe(accountId, functions.resolve(accountId, FunctionName, Qualifier, 1)),
    UpdateFunctionCode: async (input: UpdateCodeInput, accountId) =>
      describe(accountId, await functions.updateCode(accountId, input)),
    UpdateFunctionConfiguration: (input: SettingsInput & Named, accountId) =>
      describe(accountId, functions.updateSettings(accountId, input)),
    DeleteFunction: ({ FunctionName, Qualifier }: Named, accountId) => {
      functions.delete(accountId, FunctionName, Qualifier);
      return { StatusCode: 204 };
    },
    ListFunctions: (input: PageInput & { readonly FunctionVersion?: string }, accountId) => {
      const all = functions
        .list(accountId)
        .flatMap((record) => listed(record, input.FunctionVersion === 'ALL'));
      const { items, NextMarker } = pageOf(all, input);
      return { Functions: items.map((one) => describe(accountId, one)), NextMarker };
    },
    GetFunctionCodeSigningConfig: ({ FunctionName }: Named, accountId) => {
      const { record } = functions.find(accountId, FunctionName);
      return { CodeSigningConfigArn: '', FunctionName: record.name };
    },
  };
}

function listed(record: FunctionRecord, withVersions: boolean): Resolved[] {
  if (!withVersions) return [{ record, version: record.latest }];
  return [record.latest, ...record.versions].map((version) => ({
    record,
    version,
    qualifier: version.version,
  }));
}

function versionOperations(functions: FunctionService): Record<string, OperationHandler> {
  const describe = describer(functions);
  return {
    PublishVersion: (
      input: Named & { readonly CodeSha256?: string; readonly Description?: string },
      accountId,
    ) => describe(accountId, functions.publish(accountId, input)),
    ListVersionsByFunction: (input: PageInput & Named, accountId) => {
      const { record } = functions.find(accountId, input.FunctionName);
      const { items, NextMarker } = pageOf(listed(record, true), input);
      return { Versions: items.map((one) => describe(accountId, one)), NextMarker };
    },
  };
}

function aliasOperations({ functions, aliases }: Services): Record<string, OperationHandler> {
  const describe = (accountId: string, { record, alias }: ReturnType<AliasService['get']>) =>
    aliasConfigurationOf(functions.place(accountId), record.name, alias);
  return {
    CreateAlias: (input: AliasInput, accountId) => describe(accountId, aliases.create(accountId, input)),
    GetAlias: ({ FunctionName, Name }: AliasInput, accountId) =>
      describe(accountId, aliases.get(accountId, FunctionName, Name)),
    UpdateAlias: (input: AliasInput, accountId) => describe(accountId, aliases.update(accountId, input)),
    DeleteAlias: ({ FunctionName, Name }: AliasInput, accountId) =>
      void aliases.delete(accountId, FunctionName, Name),
    ListAliases: (input: PageInput & AliasInput, accountId) => {
      const { record, aliases: all } = aliases.list(accountId, input.FunctionName, input.FunctionVersion);
      const { items, NextMarker } = pageOf(all, input);
      return { Aliases: items.map((alias) => describe(accountId, { record, alias })), NextMarker };
    },
  };
}

function permissionOperations(permissions: PermissionService): Record<string, OperationHandler> {
  return {
    AddPermission: (input: PermissionInput & Named, accountId) => ({
      Statement: JSON.stringify(permissions.add(accountId, input)),
    }),
    GetPolicy: ({ FunctionName, Qualifier }: Named, accountId) => {
      const policy = permissions.get(accountId, FunctionName, Qualifier);
      return { Policy: policyDocument(policy), RevisionId: policy.revisionId };
    },
    RemovePermission: (input: Named & { readonly StatementId: string }, accountId) =>
      void permissions.remove(
        accountId,
        input.FunctionName,
        input.StatementId,
        input.Qualifier,
        input.RevisionId,
      ),
  };
}

function concurrencyOperations(functions: FunctionService): Record<string, OperationHandler> {
  return {
    PutFunctionConcurrency: (
      {
        FunctionName,
        ReservedConcurrentExecutions,
      }: Named & { readonly ReservedConcurrentExecutions: number },
      accountId,
    ) => {
      functions.setReservedConcurrency(accountId, FunctionName, ReservedConcurrentExecutions);
      return { ReservedConcurrentExecutions };
    },
    GetFunctionConcurrency: ({ FunctionName }: Named, accountId) => ({
      ReservedConcurrentExecutions: functions.find(accountId, FunctionName).record.reservedConcurrency,
    }),
    DeleteFunctionConcurrency: ({ FunctionName }: Named, accountId) =>
      void functions.setReservedConcurrency(accountId, FunctionName, undefined),
  };
}

interface TagInput {
  readonly Resource: string;
  readonly Tags?: Readonly<Record<string, string>>;
  readonly TagKeys?: readonly string[];
}

function tagOperations(functions: FunctionService): Record<string, OperationHandler> {
  return {
    ListTags: ({ Resource }: TagInput, accountId) => ({
      Tags: functions.find(accountId, Resource).record.tags,
    }),
    TagResource: ({ Resource, Tags = {} }: TagInput, accountId) =>
      void functions.tag(accountId, Resource, Tags, []),
    UntagResource: ({ Resource, TagKeys = [] }: TagInput, accountId) =>
      void functions.tag(accountId, Resource, {}, TagKeys),
  };
}

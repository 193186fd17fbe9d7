/** The resource policies of functions, one for the function and one for each version and alias that has statements. */
import { randomUUID } from 'node:crypto';
import { conflict, functionNotFound, notFound } from '../lambda-fault';
import { functionArn } from './function-name';
import type { FunctionRecord, PolicyStatement, ResourcePolicy } from './function-record';
import { requireRevision, type FunctionService } from './function-service';
import type { FunctionStore } from './function-store';
import { statementOf, type PermissionInput } from './resource-policy';

export class PermissionService {
  constructor(
    private readonly functions: FunctionService,
    private readonly store: FunctionStore,
  ) {}

  add(
    accountId: string,
    input: PermissionInput & {
      readonly FunctionName: string;
      readonly Qualifier?: string;
      readonly RevisionId?: string;
    },
  ): PolicyStatement {
    const { record, qualifier, policy } = this.find(accountId, input.FunctionName, input.Qualifier);
    if (policy) requireRevision(policy.revisionId, input.RevisionId);
    const statements = policy?.statements ?? [];
    if (statements.some(({ Sid }) => Sid === input.StatementId)) {
      throw conflict(
        `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    }
    const resource = functionArn(this.functions.place(accountId), record.name, qualifier || undefined);
    const statement = statementOf(input, resource);
    this.save(record, qualifier, [...statements, statement]);
    return statement;
  }

  get(accountId: string, functionName: string, asked?: string): ResourcePolicy {
    const { policy } = this.find(accountId, functionName, asked);
    if (!policy) throw notFound('The resource you requested does not exist.');
    return policy;
  }

  remove(
    accountId: string,
    functionName: string,
    statementId: string,
    asked?: string,
    revisionId?: string,
  ): void {
    const { record, qualifier, policy } = this.find(accountId, functionName, asked);
    if (!policy?.statements.some(({ Sid }) => Sid === statementId)) {
      throw notFound(`Statement ${statementId} is not found in resource policy.`);
    }
    requireRevision(policy.revisionId, revisionId);
    this.save(
      record,
      qualifier,
      policy.statements.filter(({ Sid }) => Sid !== statementId),
    );
  }

  private find(accountId: string, functionName: string, asked: string | undefined) {
    const { record, name } = this.functions.find(accountId, functionName, asked);
    const qualifier = name.qualifier ?? '';
    const isThere =
      qualifier === '' ||
      record.aliases.some((alias) => alias.name === qualifier) ||
      record.versions.some(({ version }) => version === qualifier);
    if (!isThere)
      throw functionNotFound(functionArn(this.functions.place(accountId), record.name, qualifier));
    return { record, qualifier, policy: policyOf(record, qualifier) };
  }

  private save(record: FunctionRecord, qualifier: string, statements: readonly PolicyStatement[]): void {
    const { [qualifier]: _old, ...others } = record.policies;
    const own = statements.length === 0 ? {} : { [qualifier]: { statements, revisionId: randomUUID() } };
    this.store.save({ ...record, policies: { ...others, ...own } });
  }
}

/** `qualifier` empty = the function's own. */
export function policyOf(record: FunctionRecord, qualifier: string): ResourcePolicy | undefined {
  return Object.hasOwn(record.policies, qualifier) ? record.policies[qualifier] : undefined;
}

/** As GetPolicy gives it. */
export function policyDocument({ statements }: ResourcePolicy): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
}

/**
 * A function's resource policy: statements that AddPermission makes, and whether they let a service call the function.
 * Pure, so that whoever calls a function on behalf of a service can ask the same question.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
import type { PolicyStatement, ResourcePolicy } from './function-record';

export interface PermissionInput {
  readonly StatementId: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
  readonly EventSourceToken?: string;
  readonly PrincipalOrgID?: string;
  readonly FunctionUrlAuthType?: string;
}

/** The statement as AWS words it. */
export function statementOf(input: PermissionInput, resource: string): PolicyStatement {
  const equals = {
    ...(input.SourceAccount && { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.EventSourceToken && { 'lambda:EventSourceToken': input.EventSourceToken }),
    ...(input.PrincipalOrgID && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
    ...(input.FunctionUrlAuthType && { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType }),
  };
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input.SourceArn && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  };
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(input.Principal),
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function principalOf(principal: string): PolicyStatement['Principal'] {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

/** A call that a service makes; `sourceArn` is what it makes it for, e.g. `arn:aws:execute-api:...:api/stage/GET/path`. */
export interface ServiceCall {
  /** E.g. `apigateway.amazonaws.com`. */
  readonly service: string;
  /** E.g. `lambda:InvokeFunction`. */
  readonly action: string;
  readonly sourceArn?: string;
}

/** True where a statement allows the call. Without a policy nothing is allowed. */
export function allowsService(policy: ResourcePolicy | undefined, call: ServiceCall): boolean {
  return (policy?.statements ?? []).some(
    (statement) =>
      isPrincipal(statement, call.service) &&
      isAction(statement.Action, call.action) &&
      holds(statement, call.sourceArn),
  );
}

function isPrincipal({ Principal }: PolicyStatement, service: string): boolean {
  return Principal === '*' || ('Service' in Principal && Principal.Service === service);
}

function isAction(allowed: string, action: string): boolean {
  return allowed === '*' || allowed.toLowerCase() === 'lambda:*' || allowed === action;
}

/** Every condition must hold; one that is not known here never does. */
function holds({ Condition = {} }: PolicyStatement, sourceArn: string | undefined): boolean {
  return Object.entries(Condition).every(([operator, pairs]) =>
    Object.entries(pairs).every(([key, wanted]) => {
      if (operator === 'ArnLike' && key === 'AWS:SourceArn') return isArnLike(wanted, sourceArn ?? '');
      if (operator === 'StringEquals' && key === 'AWS:SourceAccount')
        return sourceArn?.split(':')[4] === wanted;
      return false;
    }),
  );
}

/**
 * IAM's ArnLike: the six parts of an ARN are compared one by one, each may hold `*` (any text) and `?` (one character).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function isArnLike(pattern: string, arn: string): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)];
  if (pattern === '*') return true;
  return wanted.length === given.length && wanted.every((part, index) => isLike(part, given[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** Linear in the lengths times each other: no regular expression, since patterns come from users. */
function isLike(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

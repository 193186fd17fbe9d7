/**
 * What an authorizer function says (developer guide, "Output from an API Gateway Lambda authorizer"; HTTP APIs: "Lambda
 * authorizer response format"). Anything of another shape is no result, and lets nobody pass.
 */
import { parsePolicy, repeatedMember, type Policy } from '@gatehouse/standards';
import type { Authorization, JsonValue } from '../exchange';

export interface FunctionDecision {
  /** Policies that are evaluated for each method, or one word for all of them. */
  readonly allows: readonly Policy[] | boolean;
  readonly principalId: string | undefined;
  readonly context: Readonly<Record<string, JsonValue>>;
  readonly usageIdentifierKey: string | undefined;
  /** The same for all whom a kept decision is used for, made by the first of them. */
  authorization: Authorization | undefined;
}

export interface ResultRules {
  readonly kind: 'REST' | 'HTTP';
  readonly simpleResponses: boolean;
}

/** Why it is no result; for logs, not for clients. */
export class BadResult extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadResult';
  }
}

/** Throws `BadResult`. */
export function readDecision(text: string, { kind, simpleResponses }: ResultRules): FunctionDecision {
  const result = parse(text);
  const context = kind === 'REST' ? restContext(result.context) : httpContext(result.context);
  if (simpleResponses) {
    if (typeof result.isAuthorized !== 'boolean') throw new BadResult('isAuthorized is no boolean');
    return {
      allows: result.isAuthorized,
      principalId: undefined,
      context,
      usageIdentifierKey: undefined,
      authorization: undefined,
    };
  }
  const { principalId, policyDocument, usageIdentifierKey } = result;
  if (typeof principalId !== 'string' && kind === 'REST') throw new BadResult('principalId is no text');
  const policy = parsePolicy(policyDocument);
  if (typeof policy === 'string') throw new BadResult(`policyDocument: ${policy}`);
  if (
    usageIdentifierKey !== undefined &&
    usageIdentifierKey !== null &&
    typeof usageIdentifierKey !== 'string'
  )
    throw new BadResult('usageIdentifierKey is no text');
  return {
    allows: [policy],
    principalId: typeof principalId === 'string' ? principalId : undefined,
    context,
    usageIdentifierKey: usageIdentifierKey ?? undefined,
    authorization: undefined,
  };
}

function parse(text: string): Record<string, unknown> {
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch {
    throw new BadResult('the result is no JSON');
  }
  if (!isObject(result)) throw new BadResult('the result is no object');
  const twice = repeatedMember(text);
  if (twice !== undefined) throw new BadResult(`an object has the member ${twice} twice`);
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Texts, numbers and booleans only; all become text. */
function restContext(context: unknown): Record<string, JsonValue> {
  const values = emptyContext();
  for (const [name, value] of Object.entries(contextObject(context))) {
    if (typeof value === 'object' && value !== null)
      throw new BadResult(`context.${name} is no text, number or boolean`);
    if (value !== null) values[name] = String(value);
  }
  return values;
}

function httpContext(context: unknown): Record<string, JsonValue> {
  return Object.assign(emptyContext(), contextObject(context));
}

function contextObject(context: unknown): Record<string, JsonValue> {
  if (context === undefined || context === null) return {};
  if (!isObject(context)) throw new BadResult('context is no object');
  return context as Record<string, JsonValue>;
}

function emptyContext(): Record<string, JsonValue> {
  return Object.create(null) as Record<string, JsonValue>;
}

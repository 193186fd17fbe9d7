/** Lambda authorizers: who calls is what a function says, asked for at most once per identity and time to live. */
import { fillStageVariables, type Verdict } from '@gatehouse/standards';
import type { FunctionAuthorizer } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Authorization, Exchange } from '../exchange';
import type { Kit } from '../ports';
import type { RoutePlan } from '../program';
import { verdictFor } from './access-request';
import type { Authenticate } from './authenticate';
import { compileAsk } from './ask-function';
import { cacheKeys } from './cache-key';
import { eventOf } from './function-event';
import { BadResult, readDecision, type FunctionDecision, type ResultRules } from './function-result';
import { identifyBy } from './identified';
import { compileIdentitySources, isPresent } from './identity-source';
import { compileWhole } from './whole-pattern';

/** `undefined` = its data is at fault, which is told. */
export function functionAuthenticate(
  plan: RoutePlan,
  authorizerId: string,
  authorizer: FunctionAuthorizer,
  kit: Kit,
): Authenticate | undefined {
  const { kind, apiId, stage, stageVariables } = plan.facts;
  const target = fillStageVariables(authorizer.target, (name) => stageVariables.get(name) ?? '');
  const ask = compileAsk(plan, kit, { authorizerId, authorizer, target });
  const sources = compileIdentitySources(plan, authorizer.identitySource);
  const check = identityCheck(plan, authorizer);
  if (ask === undefined || check === undefined) return undefined;
  const buildEvent = eventOf(authorizer, kind);
  const rules: ResultRules = { kind, simpleResponses: authorizer.simpleResponses };
  const read = (text: string): FunctionDecision => decisionIn(text, rules);
  const ttlMs = authorizer.ttlSeconds * 1000;
  const keyOf = cacheKeys({ apiId, stage, authorizerId, revision: authorizer.revision });
  const { staleOnErrorSeconds = 0, errorTtlSeconds = 0 } = plan.access.options;
  const [staleMs, errorTtlMs] = [staleOnErrorSeconds * 1000, errorTtlSeconds * 1000];
  const identify = identifyBy(sources, (_x, identity) => {
    check(identity);
    return keyOf(identity);
  });
  return (x) => {
    const { identity, key } = identify(x);
    const kept = ttlMs === 0 ? undefined : kit.decisions.find(key);
    if (kept !== undefined) return settleKept(x, kept as FunctionDecision);
    const askNow = (): Promise<string> => ask(JSON.stringify(buildEvent(x, identity)));
    const startedMs = kit.clock.monotonicMs();
    if (ttlMs === 0) return askNow().then((text) => settle(x, read(text), startedMs));
    const { timeoutMs } = ask;
    const lookup = { key, ttlMs, timeoutMs, ask: askNow, read, staleMs, errorTtlMs, isFailure };
    const found = kit.decisions.ask(lookup);
    return found instanceof Promise
      ? found.then((decision) => settle(x, decision, startedMs))
      : settleKept(x, found);
  };
}

/** A function that says `Unauthorized` has decided. */
function isFailure(error: unknown): boolean {
  return !(error instanceof GatewayError && error.kind === 'UNAUTHORIZED');
}

function decisionIn(text: string, rules: ResultRules): FunctionDecision {
  try {
    return readDecision(text, rules);
  } catch (error) {
    if (error instanceof BadResult) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR');
    throw error;
  }
}

/**
 * 401 where nothing says who calls: no function is asked. A REQUEST authorizer of a REST API without a cache is asked all
 * the same.
 */
function identityCheck(
  plan: RoutePlan,
  { type, ttlSeconds, identityValidationExpression: expression }: FunctionAuthorizer,
): ((identity: readonly (readonly string[])[]) => void) | undefined {
  const isOptional = type === 'REQUEST' && plan.facts.kind === 'REST' && ttlSeconds === 0;
  const isValid =
    type === 'TOKEN' && expression ? compileWhole(plan, '/authorization', expression) : () => true;
  if (isValid === undefined) return undefined;
  return (identity) => {
    if (!isOptional && !identity.every(isPresent)) throw new GatewayError('UNAUTHORIZED');
    if (!isValid(identity[0]?.at(-1) ?? '')) throw new GatewayError('UNAUTHORIZED');
  };
}

function authorizationOf(
  { principalId, context, usageIdentifierKey }: FunctionDecision,
  latencyMs: number,
): Authorization {
  return {
    by: 'function',
    principalId,
    context,
    claims: undefined,
    scopes: undefined,
    latencyMs,
    usageIdentifierKey,
    text: undefined,
  };
}

function settle(x: Exchange, decision: FunctionDecision, startedMs: number): Verdict {
  x.authorizer = authorizationOf(decision, x.kit.clock.monotonicMs() - startedMs);
  return verdictBy(x, decision);
}

function settleKept(x: Exchange, decision: FunctionDecision): Verdict {
  x.authorizer = decision.authorization ??= authorizationOf(decision, 0);
  return verdictBy(x, decision);
}

function verdictBy(x: Exchange, { allows }: FunctionDecision): Verdict {
  if (typeof allows === 'boolean') return allows ? 'allow' : 'none';
  return verdictFor(x, allows, undefined);
}

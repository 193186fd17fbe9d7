/** One call of an authorizer's function, or of its URL: the text it answers, or the error that ends the request. */
import type { FunctionAuthorizer } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import { FunctionError, UpstreamError, type Kit } from '../ports';
import { NEVER } from '../never';
import type { RoutePlan } from '../program';
import { fillPath, fillQuery, parseUri, urlOf } from '../integrations/uri';
import { isFunctionArn } from '../integrations/function/call';

export interface Ask {
  (event: string): Promise<string>;
  readonly timeoutMs: number;
}

export interface Asked {
  readonly authorizerId: string;
  readonly authorizer: FunctionAuthorizer;
  /** With its stage variables. */
  readonly target: string;
}

/** HTTP APIs: developer guide, "Control access to HTTP APIs with AWS Lambda authorizers"; REST: the longest integration timeout. */
const TIMEOUT_MS = { REST: 29_000, HTTP: 10_000 } as const;
const MAX_ANSWER_BYTES = 1024 * 1024;

export function compileAsk(plan: RoutePlan, kit: Kit, asked: Asked): Ask | undefined {
  const timeoutMs = TIMEOUT_MS[plan.facts.kind];
  const call = isFunctionArn(asked.target)
    ? functionCall(plan, kit, asked, timeoutMs)
    : urlCall(plan, kit, asked, timeoutMs);
  return call && Object.assign(guarded(call), { timeoutMs });
}

type Call = (event: string) => Promise<string>;

function functionCall(plan: RoutePlan, kit: Kit, asked: Asked, timeoutMs: number): Call {
  const { region, accountId, apiId } = plan.facts;
  const { authorizerId, authorizer, target } = asked;
  const call = {
    accountId,
    functionArn: target,
    isAsync: false,
    sourceArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/authorizers/${authorizerId}`,
    ...(authorizer.credentials !== undefined && { credentials: authorizer.credentials }),
    timeoutMs,
    signal: NEVER,
  };
  return async (payload) => {
    const result = await kit.functions.invoke({ ...call, payload });
    const text = textOf(result.payload);
    if (result.isError) throw refusalIn(text);
    return text;
  };
}

/** A function says so by the message of its error (developer guide, "Example TOKEN Lambda authorizer function"). */
function refusalIn(text: string): GatewayError {
  try {
    const { errorMessage } = JSON.parse(text) as { errorMessage?: unknown };
    if (errorMessage === 'Unauthorized') return new GatewayError('UNAUTHORIZED');
  } catch {
    // No message, no word.
  }
  return new GatewayError('AUTHORIZER_FAILURE');
}

/** DIFFERS: authorizers by URL; AWS calls Lambda functions only. 200 is the result, 401 says nobody is known. */
function urlCall(plan: RoutePlan, kit: Kit, { target }: Asked, timeoutMs: number): Call | undefined {
  const uri = parseUri(target, plan.facts.stageVariables);
  if (typeof uri === 'string') {
    plan.problem('INVALID_AUTHORIZER', '/authorization', `neither a function nor a URL: ${target}`);
    return undefined;
  }
  const url = urlOf(
    uri,
    fillPath(uri, () => undefined),
    fillQuery(uri, () => undefined),
  );
  const headers = ['Content-Type', 'application/json', 'Accept', 'application/json'];
  return async (event) => {
    const { status, body } = await kit.upstream.send({
      accountId: plan.facts.accountId,
      url,
      method: 'POST',
      headers: [...headers],
      body: Buffer.from(event, 'utf8'),
      timeoutMs,
      tlsInsecureSkipVerification: false,
      signal: NEVER,
    });
    const text = textOf(await body.gather(MAX_ANSWER_BYTES));
    if (status === 401) throw new GatewayError('UNAUTHORIZED');
    if (status !== 200) throw new GatewayError('AUTHORIZER_FAILURE');
    return text;
  };
}

/** Whatever goes wrong, nobody passes. */
function guarded(call: Call): Call {
  return async (event) => {
    try {
      return await call(event);
    } catch (error) {
      if (error instanceof GatewayError && error.kind !== 'REQUEST_TOO_LARGE') throw error;
      const isSetUpWrong =
        error instanceof FunctionError && (error.fault === 'forbidden' || error.fault === 'missing');
      if (isSetUpWrong) throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR');
      const isKnown =
        error instanceof FunctionError || error instanceof UpstreamError || error instanceof GatewayError;
      throw isKnown ? new GatewayError('AUTHORIZER_FAILURE') : error;
    }
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

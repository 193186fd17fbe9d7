/** A request to an API as policies see it: an action on its method ARN, with the condition keys AWS documents. */
import {
  firstField,
  verdictOf,
  type AccessRequest,
  type Caller,
  type Policy,
  type Verdict,
} from '@gatehouse/standards';
import type { Exchange } from '../exchange';
import { methodArn } from './method-arn';

export function verdictFor(
  x: Exchange,
  policies: readonly Policy[],
  caller: Caller | undefined,
  action = 'execute-api:Invoke',
): Verdict {
  return verdictOf(policies, new MethodRequest(x, caller, action));
}

/** The ARN is made, and condition keys are gathered, when a policy asks for them. */
class MethodRequest implements AccessRequest {
  #resource: string | undefined;
  #context: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(
    private readonly x: Exchange,
    readonly caller: Caller | undefined,
    readonly action: string,
  ) {}

  get resource(): string {
    return (this.#resource ??= methodArn(this.x));
  }

  get context(): ReadonlyMap<string, readonly string[]> {
    return (this.#context ??= contextOf(this.x, this.caller));
  }
}

/** Developer guide, "AWS condition keys that can be used in API Gateway resource policies". */
function contextOf(x: Exchange, caller: Caller | undefined): ReadonlyMap<string, readonly string[]> {
  const { request, fields } = x;
  const nowMs = x.wallMs(x.startedMs);
  const keys = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(nowMs).toISOString()]],
    ['aws:epochtime', [String(Math.floor(nowMs / 1000))]],
    ['aws:securetransport', [String(request.secure)]],
    ['aws:sourceip', [request.sourceIp]],
  ]);
  const referer = firstField(request.headers, 'referer');
  if (referer !== undefined) keys.set('aws:referer', [referer]);
  if (fields.userAgent !== undefined) keys.set('aws:useragent', [fields.userAgent]);
  if (caller !== undefined) addCaller(keys, caller);
  return keys;
}

function addCaller(keys: Map<string, readonly string[]>, { accountId, arn, userId }: Caller): void {
  keys.set('aws:principalaccount', [accountId]);
  keys.set('aws:principalarn', [arn]);
  keys.set('aws:principaltype', ['User']);
  keys.set('aws:userid', [userId]);
  const name = arn.split('/').at(-1);
  if (name !== undefined) keys.set('aws:username', [name]);
}

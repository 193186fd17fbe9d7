/**
 * The engine's `Functions` over AWS Lambda's Invoke (API reference, "Invoke"): signed with SigV4, to AWS Lambda or to any
 * engine that speaks it. A call without a role says on whose behalf it is made, so that the engine can ask the function's
 * policy as AWS does for the principal apigateway.amazonaws.com.
 */
import {
  FunctionError,
  UpstreamError,
  type FunctionCall,
  type FunctionFault,
  type FunctionResult,
  type Functions,
  type Upstream,
  type UpstreamFault,
  type UpstreamReply,
  type UpstreamUrl,
} from '@gatehouse/engine';
import { firstField, signSigV4 } from '@gatehouse/standards';
import type { AccessKey } from './access-key';
import type { FunctionEndpoints } from './function-endpoints';

/** Lambda quota "Invocation payload (request and response)", and a little for the head of an error. */
const MAX_RESULT_BYTES = 6 * 1024 * 1024 + 64 * 1024;
const SOURCE_ARN = 'x-gatehouse-source-arn';

export interface RemoteFunctionsOptions {
  readonly upstream: Upstream;
  readonly endpoints: FunctionEndpoints;
  readonly accessKey: AccessKey;
}

export class RemoteFunctions implements Functions {
  constructor(private readonly options: RemoteFunctionsOptions) {}

  async invoke(call: FunctionCall): Promise<FunctionResult> {
    const endpoint = this.options.endpoints.endpointOf(call.functionArn);
    if (endpoint === undefined) throw new FunctionError('missing', `no endpoint has ${call.functionArn}`);
    const reply = await this.send(call, urlOf(endpoint, call.functionArn));
    const payload = await reply.body.gather(MAX_RESULT_BYTES).catch((error: unknown) => {
      throw error instanceof UpstreamError
        ? functionError(error)
        : new FunctionError('too-large', 'the result is too large');
    });
    return resultOf(reply, payload);
  }

  private async send(call: FunctionCall, url: UpstreamUrl): Promise<UpstreamReply> {
    const body = typeof call.payload === 'string' ? Buffer.from(call.payload, 'utf8') : call.payload;
    try {
      return await this.options.upstream.send({
        accountId: call.accountId,
        url,
        method: 'POST',
        headers: this.signed(call, url, body),
        body,
        timeoutMs: call.timeoutMs,
        tlsInsecureSkipVerification: false,
        signal: call.signal,
      });
    } catch (error) {
      throw error instanceof UpstreamError ? functionError(error) : error;
    }
  }

  /** DIFFERS: roles of integrations and authorizers; AWS assumes them, here they only leave the function's policy unasked. */
  private signed(call: FunctionCall, url: UpstreamUrl, body: Uint8Array): string[] {
    const { accessKeyId, secretAccessKey, sessionToken } = this.options.accessKey;
    const headers = new Map([
      ['host', hostOf(url)],
      ['content-type', 'application/json'],
      ['x-amz-invocation-type', call.isAsync ? 'Event' : 'RequestResponse'],
      ...(call.credentials === undefined ? [[SOURCE_ARN, call.sourceArn] as const] : []),
      ...(call.traceHeader === undefined ? [] : [['x-amzn-trace-id', call.traceHeader] as const]),
    ]);
    const [path = '', query = ''] = url.target.split('?');
    const signed = signSigV4(
      { method: 'POST', path, query, headers, body },
      {
        accessKeyId,
        secret: secretAccessKey,
        region: call.functionArn.split(':')[3] ?? '',
        service: 'lambda',
        date: new Date(),
        ...(sessionToken !== undefined && { sessionToken }),
      },
    );
    return [...signed].flat();
  }
}

function urlOf(endpoint: string, functionArn: string): UpstreamUrl {
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  const isTls = protocol === 'https:';
  const parts = functionArn.split(':');
  const [qualifier] = parts.slice(7);
  // The whole ARN: the function may be another account's.
  const name = encodeURIComponent(parts.slice(0, 7).join(':'));
  const path = `${pathname.replace(/\/$/, '')}/2015-03-31/functions/${name}/invocations`;
  return {
    protocol: isTls ? 'https:' : 'http:',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    target: qualifier === undefined ? path : `${path}?Qualifier=${encodeURIComponent(qualifier)}`,
  };
}

function hostOf({ protocol, hostname, port }: UpstreamUrl): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return port === (protocol === 'https:' ? 443 : 80) ? host : `${host}:${port}`;
}

function resultOf({ status, headers }: UpstreamReply, payload: Uint8Array): FunctionResult {
  if (status === 200 || status === 202)
    return { payload, isError: firstField(headers, 'x-amz-function-error') !== undefined };
  throw new FunctionError(faultOf(status), `the function's engine answered ${status}`);
}

function faultOf(status: number): FunctionFault {
  switch (status) {
    case 403:
      return 'forbidden';
    case 404:
      return 'missing';
    case 413:
      return 'too-large';
    case 429:
      return 'throttled';
    default:
      return 'broken';
  }
}

const FAULTS: Readonly<Record<UpstreamFault, FunctionFault>> = {
  timeout: 'timeout',
  aborted: 'aborted',
  refused: 'broken',
  unresolved: 'broken',
  blocked: 'broken',
  broken: 'broken',
};

function functionError({ fault, message }: UpstreamError): FunctionError {
  return new FunctionError(FAULTS[fault], message);
}

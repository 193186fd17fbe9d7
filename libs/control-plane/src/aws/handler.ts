/** What an AWS operation is here: a name and a thin translation onto a service method, in the catalog's spelling. */
import type { ServiceName } from '@gatehouse/aws-wire';
import type { Caller } from '../security/credentials';
import type { PageRequest } from '../services/pages';

export type Handler = (input: never, caller: Caller) => Promise<object | undefined | void>;

export interface OperationHandler {
  readonly service: ServiceName;
  readonly name: string;
  readonly handle: Handler;
}

/** `on('apigateway', 'GetRestApi', (input: { restApiId: string }, caller) => ...)`; the wire layer has checked the input. */
export function handlersOf(service: ServiceName) {
  return <I>(
    name: string,
    handle: (input: I, caller: Caller) => Promise<object | undefined | void>,
  ): OperationHandler => ({
    service,
    name,
    handle: handle,
  });
}

/** `position` and `limit` of apigateway. */
export interface PositionPage {
  readonly position?: string;
  readonly limit?: number;
}

export function positionRequest({ position, limit }: PositionPage): PageRequest {
  return { ...(position && { cursor: position }), ...(limit && { limit }) };
}

/** `nextToken` and `maxResults` of apigatewayv2; the model has `maxResults` as text. */
export interface TokenPage {
  readonly nextToken?: string;
  readonly maxResults?: string;
}

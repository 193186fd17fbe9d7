/** apigateway: GatewayResponse of the draft. */
import type { PatchOperation, PutGatewayResponseInput } from '@gatehouse/catalog';
import { pageOf } from '../services/pages';
import type { RestApis } from '../services/rest-apis';
import { handlersOf, positionRequest, type OperationHandler, type PositionPage } from './handler';

const on = handlersOf('apigateway');

interface Key {
  readonly restApiId: string;
  readonly responseType: string;
}

export function gatewayResponseOperations(apis: RestApis): OperationHandler[] {
  return [
    on('GetGatewayResponse', ({ restApiId, responseType }: Key, caller) =>
      apis.getGatewayResponse(caller, restApiId, responseType),
    ),
    on(
      'GetGatewayResponses',
      async ({ restApiId, ...page }: { restApiId: string } & PositionPage, caller) => {
        const all = await apis.gatewayResponses(caller, restApiId);
        const { items, next } = pageOf(all, ({ responseType }) => responseType, positionRequest(page));
        return { items, position: next };
      },
    ),
    on('PutGatewayResponse', ({ restApiId, responseType, ...input }: Key & PutGatewayResponseInput, caller) =>
      apis.putGatewayResponse(caller, restApiId, responseType, input),
    ),
    on('UpdateGatewayResponse', (input: Key & { readonly patchOperations?: PatchOperation[] }, caller) =>
      apis.updateGatewayResponse(caller, input.restApiId, input.responseType, input.patchOperations ?? []),
    ),
    on('DeleteGatewayResponse', ({ restApiId, responseType }: Key, caller) =>
      apis.deleteGatewayResponse(caller, restApiId, responseType),
    ),
  ];
}

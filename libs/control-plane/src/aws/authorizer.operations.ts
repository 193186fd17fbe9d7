/** Authorizers of apigateway and apigatewayv2. */
import {
  httpAuthorizerOf,
  type CreateAuthorizerInput,
  type HttpAuthorizerInput,
  type PatchOperation,
} from '@gatehouse/catalog';
import type { AuthorizerTrialInput } from '../services/authorizer-trial';
import type { AuthorizerTrials } from '../services/authorizer-trials';
import type { HttpApis } from '../services/http-apis';
import { pageOf } from '../services/pages';
import type { RestApis } from '../services/rest-apis';
import {
  handlersOf,
  positionRequest,
  type OperationHandler,
  type PositionPage,
  type TokenPage,
} from './handler';
import { answerPage, pageRequest } from './http-api.operations';

const onRest = handlersOf('apigateway');
const onHttp = handlersOf('apigatewayv2');

interface RestKey {
  readonly restApiId: string;
  readonly authorizerId: string;
}

export function restAuthorizerOperations(apis: RestApis, trials: AuthorizerTrials): OperationHandler[] {
  return [
    onRest(
      'CreateAuthorizer',
      ({ restApiId, ...input }: { restApiId: string } & CreateAuthorizerInput, caller) =>
        apis.createAuthorizer(caller, restApiId, input),
    ),
    onRest('GetAuthorizer', ({ restApiId, authorizerId }: RestKey, caller) =>
      apis.getAuthorizer(caller, restApiId, authorizerId),
    ),
    onRest('GetAuthorizers', async ({ restApiId, ...page }: { restApiId: string } & PositionPage, caller) => {
      const all = await apis.authorizers(caller, restApiId);
      const { items, next } = pageOf(all, ({ id }) => id, positionRequest(page));
      return { items, position: next };
    }),
    onRest('UpdateAuthorizer', (input: RestKey & { readonly patchOperations?: PatchOperation[] }, caller) =>
      apis.updateAuthorizer(caller, input.restApiId, input.authorizerId, input.patchOperations ?? []),
    ),
    onRest(
      'TestInvokeAuthorizer',
      ({ restApiId, authorizerId, ...input }: RestKey & AuthorizerTrialInput, caller) =>
        trials.run(caller, restApiId, authorizerId, input),
    ),
    onRest('DeleteAuthorizer', ({ restApiId, authorizerId }: RestKey, caller) =>
      apis.deleteAuthorizer(caller, restApiId, authorizerId),
    ),
  ];
}

interface HttpKey {
  readonly apiId: string;
  readonly authorizerId: string;
}

export function httpAuthorizerOperations(apis: HttpApis): OperationHandler[] {
  return [
    onHttp('CreateAuthorizer', ({ apiId, ...input }: { apiId: string } & HttpAuthorizerInput, caller) =>
      apis.createAuthorizer(caller, apiId, input),
    ),
    onHttp('GetAuthorizer', async ({ apiId, authorizerId }: HttpKey, caller) =>
      httpAuthorizerOf(await apis.draft(caller, apiId), authorizerId),
    ),
    onHttp('GetAuthorizers', async ({ apiId, ...page }: { apiId: string } & TokenPage, caller) => {
      const { authorizers } = await apis.draft(caller, apiId);
      const all = Object.values(authorizers).sort((a, b) => (a.name < b.name ? -1 : 1));
      return answerPage(pageOf(all, ({ authorizerId }) => authorizerId, pageRequest(page)));
    }),
    onHttp('UpdateAuthorizer', ({ apiId, authorizerId, ...input }: HttpKey & HttpAuthorizerInput, caller) =>
      apis.updateAuthorizer(caller, apiId, authorizerId, input),
    ),
    onHttp('DeleteAuthorizer', ({ apiId, authorizerId }: HttpKey, caller) =>
      apis.deleteAuthorizer(caller, apiId, authorizerId),
    ),
  ];
}

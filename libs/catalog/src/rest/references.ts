/**
 * What a method may refer to inside its API. Every REST API holds the models `Empty` and `Error`; request validators and
 * further models have no operations yet, so nothing else of those resolves.
 */
import { badRequest } from '../fault';
import type { Authorizer, Method, RestApiGraph } from './types';

const BUILT_IN_MODELS: ReadonlySet<string> = new Set(['Empty', 'Error']);

export function requireModels(models: Readonly<Record<string, string>> | undefined): void {
  for (const name of Object.values(models ?? {})) {
    if (!BUILT_IN_MODELS.has(name)) throw badRequest(`Invalid model identifier specified: ${name}`);
  }
}

export function requireValidator(id: string | undefined): void {
  if (id) throw badRequest('Invalid Request Validator identifier specified');
}

/** By authorization type: the types of authorizer that answer it. */
const ANSWERED_BY: Readonly<Record<string, readonly string[]>> = {
  CUSTOM: ['TOKEN', 'REQUEST'],
  COGNITO_USER_POOLS: ['COGNITO_USER_POOLS'],
};

/** The id must name an authorizer of the right type; with a type that needs none AWS takes the id and forgets it. */
export function settleAuthorizer({ authorizers }: Pick<RestApiGraph, 'authorizers'>, method: Method): void {
  const type = method.authorizationType.toUpperCase();
  const answers = Object.hasOwn(ANSWERED_BY, type) ? ANSWERED_BY[type] : undefined;
  if (answers === undefined) {
    delete method.authorizerId;
    return;
  }
  const { authorizerId = '' } = method;
  const authorizer = Object.hasOwn(authorizers, authorizerId) ? authorizers[authorizerId] : undefined;
  if (!authorizer || !answers.includes(authorizer.type)) {
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    );
  }
}

/** Methods that name the authorizer, as AWS writes them: `GET//orders`. */
export function methodsOf(graph: RestApiGraph, { id }: Authorizer): { name: string; method: Method }[] {
  return Object.values(graph.resources).flatMap(({ path, resourceMethods }) =>
    Object.values(resourceMethods)
      .filter((method) => method.authorizerId === id)
      .map((method) => ({ name: `${method.httpMethod}/${path}`, method })),
  );
}

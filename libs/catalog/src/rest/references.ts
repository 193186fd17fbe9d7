/**
 * What a method may refer to inside its API. Every REST API holds the models `Empty` and `Error`; authorizers, request
 * validators and further models have no operations yet, so nothing else resolves.
 */
import { badRequest } from '../fault';

const BUILT_IN_MODELS: ReadonlySet<string> = new Set(['Empty', 'Error']);

export function requireModels(models: Readonly<Record<string, string>> | undefined): void {
  for (const name of Object.values(models ?? {})) {
    if (!BUILT_IN_MODELS.has(name)) throw badRequest(`Invalid model identifier specified: ${name}`);
  }
}

export function requireValidator(id: string | undefined): void {
  if (id) throw badRequest('Invalid Request Validator identifier specified');
}

export function requireAuthorizer(authorizationType: string): void {
  if (authorizationType === 'CUSTOM' || authorizationType === 'COGNITO_USER_POOLS') {
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    );
  }
}

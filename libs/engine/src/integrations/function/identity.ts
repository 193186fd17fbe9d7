/** `requestContext.identity` of payload 1.0. Members that nothing fills are null, as on AWS. */
import type { Exchange } from '../../exchange';

export function identityOf(x: Exchange): Record<string, string | null> {
  const { accessKey, accountId, caller, user, userArn, apiKey, apiKeyId } = x.identity;
  return {
    cognitoIdentityPoolId: null,
    accountId: accountId ?? null,
    cognitoIdentityId: null,
    caller: caller ?? null,
    sourceIp: x.request.sourceIp,
    principalOrgId: null,
    accessKey: accessKey ?? null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: userArn ?? null,
    userAgent: x.fields.userAgent ?? null,
    user: user ?? null,
    ...(apiKey !== undefined && { apiKey, apiKeyId: apiKeyId ?? null }),
  };
}

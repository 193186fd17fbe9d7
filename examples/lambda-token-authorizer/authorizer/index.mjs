// Knows two tokens. Whoever has another one is nobody (401); who may do what is said by the policy (403 for the rest).
const USERS = { 'ann-token': ['GET', 'DELETE'], 'bob-token': ['GET'] };

export const handler = async ({ authorizationToken, methodArn }) => {
  const methods = USERS[authorizationToken];
  if (methods === undefined) throw new Error('Unauthorized');
  const [api, stage] = methodArn.split('/');
  return {
    principalId: authorizationToken.replace('-token', ''),
    policyDocument: {
      Version: '2012-10-17',
      Statement: methods.map((method) => ({
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: `${api}/${stage}/${method}/notes`,
      })),
    },
    context: { mayDelete: methods.includes('DELETE') },
  };
};

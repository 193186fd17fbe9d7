// Who knows the callers: an OpenID Connect issuer with one key and one token, and an authorizer by URL that lets everybody in.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

const AUDIENCE = 'bench';
const POLICY = JSON.stringify({
  principalId: 'bench',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
  },
});

/** Runs in this process: each of its answers is asked for once. */
export async function startAuthority() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] });
  const answers = { '/keys': keys, '/authorize': POLICY };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () =>
      response.end(answers[request.url] ?? JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` })),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, audience: AUDIENCE, token: token(url, privateKey), stop };
}

function token(iss, privateKey) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ iss, aud: AUDIENCE, sub: 'u', iat: now, exp: now + 3600 })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

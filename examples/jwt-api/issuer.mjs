// A little OpenID Connect issuer on loopback: discovery, keys, and `/token?scope=...` for whoever asks. Prints its URL.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const { publicKey, privateKey } = await generateKeyPair('RS256');
const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };

const pages = {
  '/.well-known/openid-configuration': () => ({ issuer, jwks_uri: `${issuer}/keys` }),
  '/keys': () => ({ keys: [key] }),
  '/token': async ({ searchParams }) => ({
    access_token: await new SignJWT({ scope: searchParams.get('scope') ?? '' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience(searchParams.get('audience') ?? 'books')
      .setSubject('ann')
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(privateKey),
  }),
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  const page = await pages[url.pathname]?.(url);
  response
    .writeHead(page ? 200 : 404, { 'content-type': 'application/json' })
    .end(JSON.stringify(page ?? {}));
});
await new Promise((resolve) => server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(issuer);

// fetch(), signed with SigV4 by the credentials of the environment: what an SDK client does, for APIs that have none.
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

export async function signedFetch(service, address, { method = 'GET', body } = {}) {
  const { protocol, hostname, host, port, pathname, searchParams } = new URL(address);
  const signer = new SignatureV4({
    service,
    region: process.env.AWS_REGION,
    credentials: defaultProvider(),
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method,
    protocol,
    hostname,
    port: port && Number(port),
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, ...(body && { 'content-type': 'application/json' }) },
    body,
  });
  return fetch(address, { method, headers, body });
}

export { writePrivateFile } from './private-file';
export { nodeSealer, nodeSecrets } from './node-secrets';
export { Sealer } from './sealer';
export { loadOrCreateSigningKey, readPublicKeys } from './signing-keys';
export { loadOrCreateServiceKey } from './service-key';

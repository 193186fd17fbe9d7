export * from './private-file';
export * from './node-secrets';
export * from './sealer';
export * from './signing-keys';
export * from './service-key';

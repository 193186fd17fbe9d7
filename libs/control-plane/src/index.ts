export * from './start-control-plane';
export { credentialFiles } from './security/credentials';

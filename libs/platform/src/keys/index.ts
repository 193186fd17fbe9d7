export * from './private-file';
export * from './signing-keys';
export * from './service-key';

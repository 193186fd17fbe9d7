export * from './private-file';
export * from './signing-keys';

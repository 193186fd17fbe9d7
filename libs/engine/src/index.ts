export * from './exchange';
export * from './ports';
export * from './errors';
export * from './gateway';
export { MAX_PAYLOAD_BYTES } from './counted-body';

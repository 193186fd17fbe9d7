export * from './config';
export * from './logging/logger';
export * from './feed';
export * from './keys';

export * from './to-snapshot';
export type { StageKey, StageKeys } from './api-keys';
export * from './takes-signatures';

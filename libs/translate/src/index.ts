export * from './to-snapshot';
export type { StageKey, StageKeys, StagePlan } from './api-keys';
export * from './takes-signatures';

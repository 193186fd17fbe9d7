export * from './exchange';
export * from './ports';
export * from './errors';
export * from './gateway';
export { nowhere } from './nowhere';
export { DecisionCache, OWN_DECISIONS, type DecisionCacheOptions } from './authorization/decision-cache';
export type { RouteSource } from './compile-route';
export { StageDraft, type StageHead } from './stage-draft';
export { MAX_PAYLOAD_BYTES } from './counted-body';

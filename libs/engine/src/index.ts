export * from './exchange';
export * from './ports';
export * from './errors';
export * from './gateway';
export type { RouteSource } from './compile-route';
export { StageDraft, type StageHead } from './stage-draft';
export { MAX_PAYLOAD_BYTES } from './counted-body';

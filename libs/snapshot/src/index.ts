export * from './schema';
export * from './canonical-json';
export * from './part';
export * from './manifest';
export * from './stage-head';

export * from './exchange';
export * from './ports';
export * from './errors';

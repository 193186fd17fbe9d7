export * from './clf-time';
export * from './format';

export * from './to-snapshot';

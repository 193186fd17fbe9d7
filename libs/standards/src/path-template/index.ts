export * from './placeholders';
export * from './route-path';

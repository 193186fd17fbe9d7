export * from './field-list';
export * from './field-text';
export * from './hop-by-hop';

export * from './access-log';
export * from './http-fields';
export * from './iam';
export * from './media-type';
export * from './parameter-mapping';
export * from './path-template';
export * from './sigv4';
export * from './trace-context';

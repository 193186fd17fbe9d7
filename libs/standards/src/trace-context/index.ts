export * from './amzn-trace-id';
export * from './traceparent';

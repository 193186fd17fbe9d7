/** What other end-to-end tests build on. */
export * from './node';
export * from './processes';
export * from './workers';

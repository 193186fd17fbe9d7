/** What tests of other projects use. */
export * from './signed-client';

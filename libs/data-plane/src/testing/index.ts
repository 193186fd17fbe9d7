/** Snapshots, and a publisher that signs them, for tests of whoever runs a data plane. Never shipped code's. */
export * from './published';

/** Peers that say exactly the given bytes, and what to say to them, for tests of whoever builds on this. Never shipped code's. */
export { ok, origin, stopCalling } from './calling';
export * from './certificate';
export * from './raw-client';
export * from './raw-origin';
export * from './vectors';
export * from './web-socket';
export * from './rested';

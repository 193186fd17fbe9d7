export * from './channel-limits';
export * from './memory-limits';

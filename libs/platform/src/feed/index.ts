export * from './feed';
export * from './memory-feed';
export * from './redis-feed';
export * from './channel-feed';

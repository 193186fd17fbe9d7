export * from './feed';
export * from './memory-feed';
export * from './channel-feed';

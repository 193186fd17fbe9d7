export * from './feed';
export * from './memory-feed';
export * from './channel-feed';
export * from './canary-report';

export * from './config';
export * from './logging/logger';
export * from './feed';
export * from './keys';
export * from './embedded-postgres';
export * from './upstream';
export * from './functions';
export * from './limits';
export * from './listener';
export * from './management';
export * from './metering';
export * from './echo-origin';
export * from './telemetry';
export * from './tokens';
export {
  ChannelEntries,
  serveEntries,
  type EntryChannel,
  type EntryKind,
} from './shared-entries/channel-entries';
export { MemoryEntries } from './shared-entries/memory-entries';

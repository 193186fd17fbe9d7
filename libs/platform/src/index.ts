export {
  ConfigError,
  editDistance,
  format,
  isLoopback,
  readConfig,
  schemeOf,
  SETTINGS,
  unknownSettings,
  type Address,
  type Config,
  type LogLevel,
  type Setting,
  type SettingName,
  type TlsFiles,
} from './config';
export { createLogger, reasonOf, type Fields, type Logger, type LogTarget } from './logging/logger';
export {
  addTally,
  ChannelFeed,
  countCall,
  emptyTally,
  isCanaryReport,
  LATENCY_BORDERS_MS,
  latencyQuantileMs,
  MemoryFeed,
  NODE_REPORT_PATTERN,
  serveFeed,
  type CallTally,
  type CanaryReport,
  type Feed,
  type FeedChannel,
  type FeedMessage,
  type NodeReport,
  type Publication,
} from './feed';
export {
  loadOrCreateServiceKey,
  loadOrCreateSigningKey,
  nodeSealer,
  nodeSecrets,
  readPublicKeys,
  Sealer,
  writePrivateFile,
} from './keys';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres';
export {
  AddressPolicy,
  SocketUpstream,
  type AddressPolicyOptions,
  type SocketUpstreamOptions,
} from './upstream';
export {
  configuredFunctions,
  functionEndpoints,
  readAccessKey,
  RemoteFunctions,
  type AccessKey,
  type ClosableFunctions,
  type FunctionEndpoints,
  type FunctionSettings,
} from './functions';
export {
  ChannelLimits,
  MemoryLimits,
  QuotaFile,
  serveLimits,
  type LimitChannel,
  type LimitMessage,
} from './limits';
export { isHostServed, listenFault, listenOn, SocketListener, type SocketListenerOptions } from './listener';
export { startManagementServer, type ManagementServer, type Probe } from './management';
export {
  batchIn,
  ChannelMeters,
  deliveryIn,
  ENDING,
  MeterJournal,
  MeterRemains,
  serveMeters,
  type MeterBatch,
  type MeterChannel,
  type MeterDelivery,
  type MeterMessage,
  type MeterStore,
} from './metering';
export { startEchoOrigin, type EchoOrigin } from './echo-origin';
export {
  AccessLogWriter,
  gauge,
  noTracing,
  readTracingSettings,
  RequestMetrics,
  startTelemetry,
  startTracing,
  type LineSink,
  type RunningTracing,
  type Telemetry,
  type TelemetryOptions,
  type TracingSettings,
} from './telemetry';
export { OidcTokens, type OidcTokensOptions } from './tokens';
export {
  ChannelEntries,
  serveEntries,
  type EntryChannel,
  type EntryKind,
} from './shared-entries/channel-entries';
export { MemoryEntries } from './shared-entries/memory-entries';

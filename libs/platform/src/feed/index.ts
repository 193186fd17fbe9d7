export { NODE_REPORT_PATTERN, type Feed, type NodeReport, type Publication } from './feed';
export { MemoryFeed } from './memory-feed';
export { ChannelFeed, serveFeed, type FeedChannel, type FeedMessage } from './channel-feed';
export {
  addTally,
  countCall,
  emptyTally,
  isCanaryReport,
  LATENCY_BORDERS_MS,
  latencyQuantileMs,
  type CallTally,
  type CanaryReport,
} from './canary-report';

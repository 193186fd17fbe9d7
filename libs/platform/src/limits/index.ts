export { ChannelLimits, serveLimits, type LimitChannel, type LimitMessage } from './channel-limits';
export { MemoryLimits } from './memory-limits';
export { QuotaFile } from './quota-file';

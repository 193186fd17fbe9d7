export {
  Exchange,
  NOBODY,
  type Answer,
  type Authorization,
  type Body,
  type ByteChannel,
  type CancelSignal,
  type Destination,
  type HeaderList,
  type Identity,
  type InboundRequest,
  type JsonValue,
  type Outgoing,
  type Reply,
  type ReplyBody,
} from './exchange';
export {
  FunctionError,
  TokenError,
  UpstreamError,
  type AccessLog,
  type Claims,
  type Clock,
  type Defects,
  type EntryClaim,
  type FunctionCall,
  type FunctionFault,
  type FunctionResult,
  type Functions,
  type Kit,
  type Observer,
  type Random,
  type RequestOutcome,
  type Secrets,
  type SharedEntries,
  type SharedEntry,
  type SpanRecord,
  type TokenFault,
  type Tokens,
  type TraceContext,
  type Tracing,
  type Upstream,
  type UpstreamFault,
  type UpstreamReply,
  type UpstreamRequest,
  type UpstreamUrl,
} from './ports';
export {
  classOf,
  FORBIDDEN,
  GATEWAY_RESPONSES,
  GatewayError,
  HEADERS_TOO_LARGE,
  httpFault,
  NOT_FOUND,
  restFault,
  type Fault,
  type GatewayResponseDefault,
  type GatewayResponseKind,
} from './errors';
export { Gateway, type GatewayOptions, type StageName } from './gateway';
export type { CanaryFacts } from './program';
export { nowhere } from './nowhere';
export { DecisionCache, OWN_ENTRIES, type DecisionCacheOptions } from './authorization/decision-cache';
export { ResponseCache, type ResponseCacheOptions } from './response-cache/response-cache';
export { BoundedCache, Place } from './bounded-cache';
export { claimTexts } from './authorization/claims';
export type { RouteSource } from './compile-route';
export { StageDraft } from './stage-draft';
export {
  ACCOUNT_TTL_MS,
  LEASE_TTL_MS,
  NODE_TTL_MS,
  WANTED_MS,
  type LeaseAnswer,
  type LeaseAnswers,
  type LeaseRequest,
  type LimitStore,
  type QuotaRequest,
} from './limits/limit-store';
export { LeasedLimits, type LeasedLimitsOptions, type Timers } from './limits/leased-limits';
export { OwnLimits, type Limits } from './limits/limits';
export type { Bucket, Limit } from './limits/bucket';
export { SharedBucket } from './limits/shared-bucket';
export { MAX_PAYLOAD_BYTES } from './counted-body';
export { SharedQuota } from './limits/shared-quota';
export { OwnQuota, limitIn, type Quota, type QuotaTerms } from './limits/quota';
export { dayOf, periodAt, type Period } from './limits/quota-period';
export { Meters, type Counter, type Metering, type MeterKey, type MeterRow } from './metering/meters';
export { sumRows } from './metering/sum-rows';

/**
 * Throttling (developer guide, "Throttle requests to your REST APIs for better throughput"): a call needs a token of every level,
 * and takes one of each or none at all; so it does of its key's quota. No call waits here for anything.
 */
import type { ApiKeySnapshot } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Exchange, HeaderList } from '../exchange';
import type { Quota } from '../limits/quota';
import { levelsOfKeys, levelsOfRoute, quotasOfStage, type Level } from '../limits/stage-buckets';
import type { ReplyStepFactory, StepFactory } from '../program';

const NONE: readonly Level[] = [];

export const throttle: StepFactory = (plan, kit) => {
  const ofRoute = levelsOfRoute(plan, kit);
  const ofKeys = levelsOfKeys(plan, kit);
  const quotas = plan.route.apiKeyRequired ? quotasOfStage(plan, kit) : undefined;
  if (ofRoute.length === 0 && ofKeys === undefined && quotas === undefined) return undefined;
  const { onStoreFailure = 'local', headers = false } = plan.limits;
  const { limits, clock } = kit;
  const ofKeyOf = (key: ApiKeySnapshot | undefined): readonly Level[] =>
    ofKeys === undefined || key === undefined ? NONE : ofKeys(key);
  return (x) => {
    const key = x.usageKey;
    const quota = key === undefined ? undefined : quotas?.get(key);
    if (onStoreFailure !== 'local' && limits.isAlone) {
      if (onStoreFailure === 'deny') throw new GatewayError('THROTTLED');
      return takeOf(quota, clock.now());
    }
    const nowMs = clock.monotonicMs();
    const ofKey = ofKeyOf(key);
    const refusing = firstEmpty(ofKey, nowMs) ?? firstEmpty(ofRoute, nowMs);
    if (refusing !== undefined) {
      x.limitedBy = refusing;
      throw new GatewayError('THROTTLED');
    }
    takeOf(quota, clock.now());
    for (const { bucket } of ofKey) bucket.take(nowMs);
    for (const { bucket } of ofRoute) bucket.take(nowMs);
    if (headers) x.limitedBy = fewestLeft([...ofKey, ...ofRoute], nowMs);
  };
};

/** Refused by its quota, a call takes nothing; refused by a throttle, nothing of its quota. */
function takeOf(quota: Quota | undefined, nowMs: number): void {
  if (quota === undefined) return;
  if (!quota.hasCall(nowMs)) throw new GatewayError('QUOTA_EXCEEDED');
  quota.take();
}

function firstEmpty(levels: readonly Level[], nowMs: number): Level | undefined {
  for (const level of levels) if (!level.bucket.hasToken(nowMs)) return level;
  return undefined;
}

function fewestLeft(levels: readonly Level[], nowMs: number): Level | undefined {
  const left = ({ bucket }: Level): number => bucket.remaining(nowMs);
  return levels.reduce<Level | undefined>(
    (least, level) => (least === undefined || left(level) < left(least) ? level : least),
    undefined,
  );
}

/**
 * Reply step, where the stage asks for it: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10) of the
 * level that has the fewest calls left or that refused, and `Retry-After` with a refusal. `w` and `t` are the seconds in which
 * the bucket fills up, from empty and from now.
 */
export const rateLimitFields: ReplyStepFactory = ({ limits }, { clock }) => {
  if (limits.headers !== true) return undefined;
  return (x, { headers }) => {
    if (x.limitedBy !== undefined) pushFields(x.limitedBy, x, headers, clock.monotonicMs());
  };
};

function pushFields({ name, bucket }: Level, { fault }: Exchange, headers: HeaderList, nowMs: number): void {
  const { rate, burst } = bucket.limit;
  const left = bucket.remaining(nowMs);
  const seconds = (tokens: number): number => Math.ceil(tokens / rate);
  const window = rate > 0 && burst > 0 ? `;w=${seconds(burst)}` : '';
  const reset = rate > 0 ? `;t=${seconds(Math.max(0, burst - left))}` : '';
  headers.push('RateLimit-Policy', `"${name}";q=${Math.floor(burst)}${window}`);
  headers.push('RateLimit', `"${name}";r=${left}${reset}`);
  const waitMs = bucket.waitMs(nowMs);
  if (fault?.kind === 'THROTTLED' && Number.isFinite(waitMs))
    headers.push('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000))));
}

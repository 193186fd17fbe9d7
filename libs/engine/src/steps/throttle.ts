/**
 * Throttling (developer guide, "Throttle requests to your REST APIs for better throughput"): a call needs a token of every level,
 * and takes one of each or none at all. No call waits here for anything.
 */
import { GatewayError } from '../errors';
import type { Exchange, HeaderList } from '../exchange';
import { levelsOfKeys, levelsOfRoute, type Level } from '../limits/stage-buckets';
import type { ReplyStepFactory, StepFactory } from '../program';

const NONE: readonly Level[] = [];

export const throttle: StepFactory = (plan, kit) => {
  const ofRoute = levelsOfRoute(plan, kit);
  const ofKeys = levelsOfKeys(plan, kit);
  if (ofRoute.length === 0 && ofKeys === undefined) return undefined;
  const { onStoreFailure = 'local', headers = false } = plan.limits;
  const { limits, clock } = kit;
  return (x) => {
    if (onStoreFailure !== 'local' && limits.isAlone) {
      if (onStoreFailure === 'allow') return;
      throw new GatewayError('THROTTLED');
    }
    const nowMs = clock.monotonicMs();
    const key = x.usageKey;
    const ofKey = ofKeys === undefined || key === undefined ? NONE : ofKeys(key);
    const refusing = firstEmpty(ofKey, nowMs) ?? firstEmpty(ofRoute, nowMs);
    if (refusing !== undefined) {
      x.limitedBy = refusing;
      throw new GatewayError('THROTTLED');
    }
    for (const { bucket } of ofKey) bucket.take(nowMs);
    for (const { bucket } of ofRoute) bucket.take(nowMs);
    if (headers) x.limitedBy = fewestLeft([...ofKey, ...ofRoute], nowMs);
  };
};

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

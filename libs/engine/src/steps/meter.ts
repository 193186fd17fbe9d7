/** After the last byte: what the call is billed by. In the same turn as its line of the access log. */
import type { ApiKeySnapshot } from '@gatehouse/snapshot';
import type { Exchange } from '../exchange';
import { billedCalls } from '../metering/billed-calls';
import type { Counter, Metering } from '../metering/meters';
import type { Clock } from '../ports';
import type { AfterStepFactory, StageFacts } from '../program';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

export const meter: AfterStepFactory = ({ facts }, { metering, clock }) => {
  // What is addressed to no stage is nobody's.
  if (metering === undefined || facts.stage === '-') return undefined;
  const counterOf = counters(facts, metering);
  const minuteAt = minutes(clock);
  return (x) => {
    const minute = minuteAt(x.startedMs + x.latencyMs);
    counterOf(x.route.key, x.usageKey).add(
      minute,
      isAdmitted(x),
      billedCalls(x),
      x.requestBytes,
      x.responseBytes,
      x.cacheResult === 'hit',
    );
  };
};

/** The calendar's minute at so many milliseconds of the monotonic clock, which do not go back. The calendar is looked at once a second. */
function minutes(clock: Clock): (nowMs: number) => number {
  let minute = 0;
  let knownUntilMs = -Infinity;
  return (nowMs) => {
    if (nowMs >= knownUntilMs) {
      const wallMs = clock.now();
      minute = Math.floor(wallMs / MINUTE_MS);
      knownUntilMs = nowMs + Math.min(SECOND_MS, (minute + 1) * MINUTE_MS - wallMs);
    }
    return minute;
  };
}

function isAdmitted({ usageKey, fault }: Exchange): boolean {
  return usageKey !== undefined && fault?.kind !== 'THROTTLED' && fault?.kind !== 'QUOTA_EXCEEDED';
}

type CounterOf = (route: string, key: ApiKeySnapshot | undefined) => Counter;

/** By route, then by key; '' = without one. */
function counters({ accountId, apiId, stage }: StageFacts, metering: Metering): CounterOf {
  const known = new Map<string, Map<string, Counter>>();
  return (route, key) => {
    const keyId = key?.keyId ?? '';
    let ofRoute = known.get(route);
    if (ofRoute === undefined) known.set(route, (ofRoute = new Map<string, Counter>()));
    let counter = ofRoute.get(keyId);
    if (counter === undefined) {
      counter = metering.counter({
        accountId,
        apiId,
        stage,
        route,
        keyId,
        usagePlanId: key?.usagePlanId ?? '',
      });
      ofRoute.set(keyId, counter);
    }
    return counter;
  };
}

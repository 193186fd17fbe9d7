import { TimerWheel } from '../timer-wheel';
import type { Origin } from './options';
import { Pool } from './pool';
import { PoolTable } from './pool-table';

const base: Origin = { protocol: 'http:', hostname: 'origin', port: 80, key: 'account' };
const poolOf = (origin: Origin): Pool<Origin> =>
  new Pool(
    origin,
    { connect: () => Promise.reject(new Error('never')) },
    new TimerWheel(1000),
    () => undefined,
  );

it.each<Partial<Origin>>([{ protocol: 'https:' }, { hostname: 'other' }, { port: 81 }, { key: 'other' }])(
  'an origin that differs in %j has another pool',
  (difference) => {
    const table = new PoolTable<Origin>();
    const [one, other] = [poolOf(base), poolOf({ ...base, ...difference })];
    table.add(one);
    expect(table.find(other.origin)).toBeUndefined();
    table.add(other);
    expect([table.find({ ...base }), table.find({ ...other.origin })]).toEqual([one, other]);
    table.remove(one);
    expect([table.find(base), table.find(other.origin)]).toEqual([undefined, other]);
    table.remove(other);
    expect(table.all()).toEqual([]);
  },
);

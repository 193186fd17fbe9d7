/** Pools by key, host name and port: found with what a request has in hand, no name is put together for it. */
import type { Origin } from './options';
import type { Pool } from './pool';

export class PoolTable<O extends Origin> {
  private readonly byKey = new Map<string, Map<string, Pool<O>[]>>();

  find({ key, hostname, port, protocol }: O): Pool<O> | undefined {
    const pools = this.byKey.get(key)?.get(hostname);
    if (pools === undefined) return undefined;
    for (const pool of pools) if (pool.origin.port === port && pool.origin.protocol === protocol) return pool;
    return undefined;
  }

  add(pool: Pool<O>): void {
    const { key, hostname } = pool.origin;
    let byHost = this.byKey.get(key);
    if (byHost === undefined) this.byKey.set(key, (byHost = new Map<string, Pool<O>[]>()));
    const pools = byHost.get(hostname);
    if (pools === undefined) byHost.set(hostname, [pool]);
    else pools.push(pool);
  }

  remove(pool: Pool<O>): void {
    const { key, hostname } = pool.origin;
    const byHost = this.byKey.get(key);
    const left = byHost?.get(hostname)?.filter((one) => one !== pool) ?? [];
    if (left.length > 0) byHost?.set(hostname, left);
    else byHost?.delete(hostname);
    if (byHost?.size === 0) this.byKey.delete(key);
  }

  all(): Pool<O>[] {
    return [...this.byKey.values()].flatMap((byHost) => [...byHost.values()].flat());
  }
}

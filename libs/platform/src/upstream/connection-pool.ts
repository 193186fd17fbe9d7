/** Idle and busy connections to one origin, for one account and TLS mode. The connection used last is used first. */
import type { AddressPolicy } from './address-policy';
import { Connection } from './connection';
import type { ConnectTarget } from './guarded-connector';

export class ConnectionPool {
  private readonly idle: Connection[] = [];
  private readonly all = new Set<Connection>();

  /** `onEmpty` is called when the last connection is gone. */
  constructor(
    private readonly target: ConnectTarget,
    private readonly policy: AddressPolicy,
    private readonly maxConnections: number,
    private readonly onEmpty: () => void,
  ) {}

  get size(): number {
    return this.all.size;
  }

  /** `undefined` = the pool is full. `fresh` asks for a connection that no request has used. */
  take(fresh: boolean): Connection | undefined {
    const idle = fresh ? undefined : this.idle.pop();
    if (idle !== undefined) return idle;
    if (this.all.size >= this.maxConnections) return undefined;
    const connection = new Connection(this.target, this.policy, (closed) => this.closed(closed));
    this.all.add(connection);
    return connection;
  }

  /** Its answer is read to the end. */
  give(connection: Connection): void {
    if (this.all.has(connection)) this.idle.push(connection);
  }

  drop(connection: Connection, reason: Error): void {
    if (!this.all.delete(connection)) return;
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    connection.destroy(reason);
    if (this.all.size === 0) this.onEmpty();
  }

  destroy(reason: Error): void {
    for (const connection of [...this.all]) this.drop(connection, reason);
  }

  /** While a request is on its way, its own call decides; a waiting one reconnects. */
  private closed(connection: Connection): void {
    if (this.idle.includes(connection)) this.drop(connection, new Error('the connection was closed'));
  }
}

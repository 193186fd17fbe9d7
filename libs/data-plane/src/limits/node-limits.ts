/** A node's limits over a store, with what it remembers of other nodes and what it tells of its state. */
import { randomUUID } from 'node:crypto';
import { LeasedLimits, type LimitStore } from '@gatehouse/engine';
import { gauge, type Config, type Logger } from '@gatehouse/platform';
import { systemClock, systemTimers } from '../random-and-clock';
import { KnownNodes } from './known-nodes';

export interface NodeLimitsOptions {
  readonly config: Pick<Config, 'nodeId' | 'dataDir' | 'expectedNodes'>;
  readonly store: LimitStore;
  readonly logger: Logger;
}

/** Logs one line at each change between shared limits and this node's share. */
export function nodeLimits({ config, store, logger }: NodeLimitsOptions): LeasedLimits {
  const known = new KnownNodes(config.dataDir);
  const limits = new LeasedLimits({
    // A node that comes back is another one: its accounts begin at 0.
    node: `${config.nodeId}.${randomUUID()}`,
    store,
    clock: systemClock,
    timers: systemTimers,
    nodes: known.read() ?? config.expectedNodes,
    onNodes: (nodes) => known.write(nodes),
    onAlone: (isAlone) => {
      if (isAlone) logger.warn('limits are local: what nodes share is out of reach', { nodes: limits.nodes });
      else logger.info('limits are shared again', { nodes: limits.nodes });
    },
  });
  return limits;
}

/** Prometheus text. `undefined` = this node shares nothing, and is one of one. */
export function limitMetrics(limits: Pick<LeasedLimits, 'isAlone' | 'nodes'> | undefined): string {
  return (
    gauge(
      'gatehouse_limits_local',
      '1 = limits are shared out by the last known number of nodes, as what nodes share is out of reach.',
      Number(limits?.isAlone ?? false),
    ) + gauge('gatehouse_limits_nodes', 'Nodes that share limits, last known.', limits?.nodes ?? 1)
  );
}

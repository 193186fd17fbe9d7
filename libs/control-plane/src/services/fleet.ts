/** The data-plane nodes as they report themselves. */
import type { NodeReport } from '@gatehouse/platform';
import { LessThan, type DataSource } from 'typeorm';
import { FeedStateRow, NodeRow } from '../storage/entities';

/** A node that was silent for this long is no longer counted. */
const FORGET_MS = 15 * 60_000;
const SILENT_MS = 15_000;

export interface FleetNode {
  readonly nodeId: string;
  readonly revision: number;
  /** How many revisions the node is behind; 0 = up to date. */
  readonly lag: number;
  readonly status: 'live' | 'silent';
  readonly appliedAt: string;
  readonly startedAt: string;
  readonly seenAt: string;
  /** `{apiId}/{stage}` -> why its newest snapshot is not served. */
  readonly faults: Readonly<Record<string, string>>;
}

export class Fleet {
  constructor(private readonly database: DataSource) {}

  async record(report: NodeReport): Promise<void> {
    const row = {
      nodeId: report.nodeId,
      revision: String(report.revision),
      appliedAt: new Date(report.appliedAt),
      startedAt: new Date(report.startedAt),
      seenAt: new Date(),
      faults: { ...report.faults },
    };
    await this.database.manager.upsert(NodeRow, row, ['nodeId']);
  }

  async revision(): Promise<number> {
    return Number((await this.database.manager.findOneByOrFail(FeedStateRow, { id: 1 })).revision);
  }

  async nodes(): Promise<FleetNode[]> {
    const now = Date.now();
    await this.database.manager.delete(NodeRow, { seenAt: LessThan(new Date(now - FORGET_MS)) });
    const current = await this.revision();
    const rows = await this.database.manager.find(NodeRow, { order: { nodeId: 'ASC' } });
    return rows.map((row) => ({
      nodeId: row.nodeId,
      revision: Number(row.revision),
      lag: Math.max(0, current - Number(row.revision)),
      status: now - row.seenAt.getTime() > SILENT_MS ? 'silent' : 'live',
      appliedAt: row.appliedAt.toISOString(),
      startedAt: row.startedAt.toISOString(),
      seenAt: row.seenAt.toISOString(),
      faults: row.faults,
    }));
  }
}

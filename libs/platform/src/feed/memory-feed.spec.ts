import { feedContract } from './feed.contract';
import type { NodeReport } from './feed';
import { MemoryFeed } from './memory-feed';

feedContract('memory', {
  open: async (onReport) => {
    const feed = new MemoryFeed(onReport);
    return { publisher: feed, node: feed, close: () => feed.close() };
  },
});

it('hands reports to the control plane', async () => {
  const reports: NodeReport[] = [];
  const feed = new MemoryFeed(async (report) => void reports.push(report));
  const report = { nodeId: 'n1', revision: 3, appliedAt: 2, startedAt: 1, faults: {} };
  await feed.report(report);
  expect(reports).toEqual([report]);
});

import type { QuotaRequest } from '@gatehouse/engine';
import { limitsContract } from './limits.contract';
import { MemoryLimits } from './memory-limits';

limitsContract('memory', {
  open: async () => {
    const store = new MemoryLimits();
    return { store, other: store, close: async () => undefined };
  },
});

it('keeps a quota for as long as it is asked to, however long nobody asks for it', async () => {
  const store = new MemoryLimits();
  const request = { quota: 'q', holder: 1, limit: 10, spent: 6, charged: 0, want: 0, keepMs: 3_600_000 };
  const left = async (more: Partial<QuotaRequest>): Promise<number | undefined> =>
    (await store.lease('n2', [], [{ ...request, spent: 0, ...more }])).quotas[0]?.level;
  await store.lease('n1', [], [request]);
  const now = jest.spyOn(performance, 'now');
  const startMs = performance.now();
  now.mockReturnValue(startMs + 3_500_000);
  await store.lease('n1', []);
  expect(await left({ keepMs: 1 })).toBe(4);
  now.mockReturnValue(startMs + 7_200_000);
  await store.lease('n1', []);
  expect(await left({})).toBe(10);
  now.mockRestore();
});

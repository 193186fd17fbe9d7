/** What every adapter of `SharedEntries` promises. */
import type { EntryClaim, SharedEntries, SharedEntry } from '@gatehouse/engine';
import { until } from '../testing';

/** Its text is made when it is read, as that of a kept answer. */
class Entry implements SharedEntry {
  constructor(
    private readonly made: () => string,
    readonly untilMs: number,
  ) {}

  get text(): string {
    return this.made();
  }
}

export const entry = (text: string): SharedEntry => new Entry(() => text, Date.now() + 60_000);

export const asClaim = (found: SharedEntry | EntryClaim): EntryClaim => {
  if ('text' in found) throw new Error('an entry, not a claim');
  return found;
};

/** `twoNodes`: both connected to one empty store. */
export function itSharesEntries(twoNodes: () => Promise<[SharedEntries, SharedEntries]>): void {
  it('gives the claim to one, and what it was told to all others', async () => {
    const [one, other] = await twoNodes();
    const claims: EntryClaim[] = [];
    const found = Promise.all(
      Array.from({ length: 50 }, async (_value, i) => {
        const got = await (i % 2 === 0 ? one : other).obtain('k', 5000);
        if ('text' in got) return got.text;
        claims.push(got);
        got.keep(entry('yes'));
        return 'claimed';
      }),
    );
    expect((await found).toSorted()).toEqual(['claimed', ...Array.from({ length: 49 }, () => 'yes')]);
    expect(claims).toHaveLength(1);
  });

  it('hands the claim on when it is released', async () => {
    const [one, other] = await twoNodes();
    const claim = asClaim(await one.obtain('k', 5000));
    const waiting = other.obtain('k', 5000);
    claim.release();
    expect('text' in (await waiting)).toBe(false);
  });

  it('waits no longer than it was told to for one who never answers', async () => {
    const [one, other] = await twoNodes();
    await one.obtain('k', 10_000);
    const from = performance.now();
    asClaim(await other.obtain('k', 200)).keep(entry('own'));
    expect(performance.now() - from).toBeLessThan(2000);
  });

  it('tells other nodes of what is replaced', async () => {
    const [one, other] = await twoNodes();
    const heard: string[] = [];
    other.onReplaced?.((key) => heard.push(key));
    asClaim(await one.obtain('k', 1000)).keep(entry('old'));
    await until('kept', async () => 'text' in (await other.obtain('k', 1000)));
    await until('heard', () => {
      one.replace('k', entry('new'));
      return heard.length > 0;
    });
    expect(new Set(heard)).toEqual(new Set(['k']));
    expect(await other.obtain('k', 1000)).toMatchObject({ text: 'new' });
  });

  it('keeps nothing beyond its time', async () => {
    const [one, other] = await twoNodes();
    asClaim(await one.obtain('old', 1000)).keep({ text: 'yes', untilMs: Date.now() - 1 });
    asClaim(await other.obtain('old', 1000)).keep({ text: 'yes', untilMs: Date.now() + 300 });
    await until('kept', async () => {
      const found = await one.obtain('old', 1000);
      return 'text' in found && found.untilMs <= Date.now() + 300;
    });
    await until('over', async () => {
      const found = await one.obtain('old', 1000);
      if (!('text' in found)) found.release();
      return !('text' in found);
    });
  });
}

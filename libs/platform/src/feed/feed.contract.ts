/** What every feed promises. An adapter's spec is one call. */
import type { Feed, NodeReport, Publication } from './feed';

export interface FeedUnderTest {
  /** A feed of a fresh, empty backend. */
  open(
    onReport: (report: NodeReport) => Promise<void>,
  ): Promise<{ publisher: Feed; node: Feed; close(): Promise<void> }>;
}

const publication = (
  revision: number,
  parts: Record<string, string> = {},
  retired: string[] = [],
): Publication => ({
  revision,
  manifest: Buffer.from(`manifest ${revision}`),
  parts: new Map(Object.entries(parts).map(([hash, text]) => [hash, Buffer.from(text)])),
  retired,
});

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();

/** A subscriber may be reading once more when the test has seen what it waited for and closes the feed. */
const goneAtTheEnd = (): void => undefined;

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('condition not met within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export function feedContract(name: string, subject: FeedUnderTest): void {
  describe(`${name}: feed contract`, () => {
    let feeds: Awaited<ReturnType<FeedUnderTest['open']>>;
    const reports: NodeReport[] = [];
    beforeEach(async () => {
      reports.length = 0;
      feeds = await subject.open(async (report) => void reports.push(report));
    });
    afterEach(() => feeds.close());

    it('has nothing before the first publication', async () => {
      expect(await feeds.node.manifest()).toBeUndefined();
      expect(await feeds.node.part('none')).toBeUndefined();
    });

    it('hands out the manifest and the parts that were published', async () => {
      await feeds.publisher.publish(publication(1, { aa: 'part a' }));
      expect(text(await feeds.node.manifest())).toBe('manifest 1');
      expect(text(await feeds.node.part('aa'))).toBe('part a');
    });

    it('keeps the newer manifest when an older one is published late', async () => {
      await feeds.publisher.publish(publication(5));
      await feeds.publisher.publish(publication(4));
      expect(text(await feeds.node.manifest())).toBe('manifest 5');
    });

    /** A subscriber may be called without news (on connecting), never too seldom. */
    it('tells subscribers when all of it can be read', async () => {
      let seen: string | undefined;
      await feeds.node.subscribe(
        () => void feeds.node.manifest().then((manifest) => (seen = text(manifest)), goneAtTheEnd),
      );
      await feeds.publisher.publish(publication(1, { aa: 'part a' }));
      await until(() => seen === 'manifest 1');
      await feeds.publisher.publish(publication(2));
      await until(() => seen === 'manifest 2');
    });

    it('tells subscribers of parts that come after the manifest that names them', async () => {
      let part: string | undefined;
      await feeds.publisher.publish(publication(2));
      await feeds.node.subscribe(
        () => void feeds.node.part('late').then((bytes) => (part = text(bytes) ?? part), goneAtTheEnd),
      );
      await feeds.publisher.publish(publication(1, { late: 'part' }));
      await until(() => part === 'part');
    });

    it.each(['it unsubscribed', 'its feed was closed'])('tells a subscriber nothing once %s', async (how) => {
      let calls = 0;
      const unsubscribe = await feeds.node.subscribe(() => calls++);
      await feeds.publisher.publish(publication(1));
      await until(() => calls > 0);
      const news = Array.from({ length: 50 }, (_, i) => feeds.publisher.publish(publication(2 + i)));
      await news[0];
      const ended = how === 'it unsubscribed' ? unsubscribe() : feeds.node.close();
      const callsAtTheEnd = calls;
      await Promise.all([ended, ...news]);
      await feeds.publisher.publish(publication(100));
      expect(calls).toBe(callsAtTheEnd);
    });

    it('keeps binary parts to the byte', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      await feeds.publisher.publish({ ...publication(1), parts: new Map([['bb', bytes]]) });
      expect(Buffer.from((await feeds.node.part('bb')) ?? []).equals(Buffer.from(bytes))).toBe(true);
    });
  });
}

import { EventEmitter } from 'node:events';
import type { SharedEntries } from '@gatehouse/engine';
import { ChannelEntries, serveEntries, type EntryChannel } from './channel-entries';
import { asClaim, entry, itSharesEntries } from './entries.contract';
import { MemoryEntries } from './memory-entries';

const ROOM = 1_000_000;

describe('in one process', () => {
  itSharesEntries(() => {
    const store = new MemoryEntries(ROOM);
    return Promise.resolve([store, store]);
  });

  it('holds no more than its room', async () => {
    const store = new MemoryEntries(1000);
    for (const key of ['a', 'b', 'c']) asClaim(await store.obtain(key, 10)).keep(entry('x'.repeat(200)));
    const found = await Promise.all(['a', 'b', 'c'].map((key) => store.obtain(key, 10)));
    expect(found.map((one) => 'text' in one)).toEqual([false, false, true]);
  });
});

/** Two ends of one channel. */
function channel(): [EntryChannel, EntryChannel] {
  const [there, back] = [new EventEmitter(), new EventEmitter()];
  const end = (to: EventEmitter, from: EventEmitter): EntryChannel => ({
    send: (message) => void setImmediate(() => to.emit('message', structuredClone(message))),
    listen: (listener) => {
      from.on('message', listener);
      return () => from.off('message', listener);
    },
  });
  return [end(there, back), end(back, there)];
}

describe('over channels', () => {
  const ends: ChannelEntries[] = [];
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of [...stops.splice(0), ...ends.splice(0).map((end) => () => end.close())]) stop();
  });

  function nodeOf(store: SharedEntries): { node: ChannelEntries; die: () => void } {
    const [own, served] = channel();
    const node = new ChannelEntries(own, 'answer');
    const die = serveEntries(store, served, 'answer');
    ends.push(node);
    stops.push(die);
    return { node, die };
  }

  itSharesEntries(() => {
    const store = new MemoryEntries(ROOM);
    return Promise.resolve([nodeOf(store).node, nodeOf(store).node]);
  });

  it('releases what a node has claimed that is gone', async () => {
    const store = new MemoryEntries(ROOM);
    const [one, other] = [nodeOf(store), nodeOf(store)];
    await one.node.obtain('k', 60_000);
    const waiting = other.node.obtain('k', 60_000);
    one.die();
    expect('text' in (await waiting)).toBe(false);
  });

  it('lets a node go on by itself when the other end says nothing', async () => {
    const [own] = channel();
    const node = new ChannelEntries(own, 'answer');
    ends.push(node);
    expect('text' in (await node.obtain('k', 10))).toBe(false);
  });
});

/** A node's counts on their way to whoever adds up, over whatever fails. */
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeterKey } from '@gatehouse/engine';
import { createLogger, type MeterDelivery } from '@gatehouse/platform';
import { temporaryFolder, until } from '../testing/node-under-test';
import { NodeMetering } from './node-metering';

jest.setTimeout(60_000);
const KEY: MeterKey = {
  ...{ accountId: 'a', apiId: 'b', stage: 'c' },
  ...{ route: 'GET /', usagePlanId: '', keyId: '' },
};
const ROW = { ...KEY, minute: 7, calls: 1, admitted: 0, billed: 1, bytesIn: 1, bytesOut: 1, cacheHits: 0 };

describe('a node’s metering', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const started: NodeMetering[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.stop(100)));
  });

  /** Adds up as a control plane does. `refuses` = is out of reach for this. */
  class Counts {
    refuses: (delivery: MeterDelivery) => boolean = () => false;
    readonly marks = new Map<string, number>();
    calls = 0;
    readonly sizes: number[] = [];
    /** Counted, though nobody hears of it. */
    isMute = false;

    async deliver(delivery: MeterDelivery): Promise<void> {
      const { source, batches } = delivery;
      if (this.refuses(delivery)) throw new Error('away');
      this.sizes.push(batches.flatMap(({ rows }) => rows).length);
      for (const { sequence, rows } of batches) {
        if (sequence <= (this.marks.get(source) ?? 0)) continue;
        this.marks.set(source, sequence);
        this.calls += rows.reduce((all, row) => all + row.calls, 0);
      }
      if (this.isMute) throw new Error('dead');
    }
  }

  let lives = 0;
  function start(store: Counts, path: string): { readonly node: NodeMetering; readonly told: string[] } {
    const told: string[] = [];
    const logger = createLogger('info', { write: (line: string) => void told.push(line) });
    const node = new NodeMetering({ folder: path, source: `life-${++lives}`, store, logger });
    started.push(node);
    return { node, told };
  }
  const count = ({ meters }: NodeMetering, calls: number): void => {
    const counter = meters.counter(KEY);
    for (let i = 0; i < calls; i++) counter.add(7, false, 1, 1, 1, false);
  };
  const filesOf = (path: string): string[] =>
    existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.jsonl')) : [];
  /** As a life leaves it that was killed a while ago. */
  function leave(path: string, source: string, text: string): void {
    const file = join(path, `${source}.jsonl`);
    writeFileSync(file, text);
    const old = new Date(Date.now() - 60_000);
    utimesSync(file, old, old);
  }
  const folderOf = (name: string): string => join(folder.path, name);

  it('counts each call once, though answers are lost', async () => {
    const store = new Counts();
    store.isMute = true;
    const { node } = start(store, folderOf('mute'));
    count(node, 5);
    await until(() => store.calls === 5, 'they are counted');
    count(node, 2);
    store.isMute = false;
    await until(() => store.calls === 7, 'the rest is counted');
    await node.stop(1000);
    expect(store.calls).toBe(7);
    expect(filesOf(folderOf('mute'))).toEqual([]);
  });

  it('sends what another life left after its own, and keeps what nobody takes without holding up the rest', async () => {
    const path = folderOf('left');
    const store = new Counts();
    const { node, told } = start(store, path);
    count(node, 1);
    await until(() => store.calls === 1, 'its own is counted');
    leave(path, 'bad', JSON.stringify({ sequence: 1, rows: [ROW] }));
    leave(path, 'good', `${JSON.stringify({ sequence: 1, rows: [ROW] })}\n{"sequ`);
    leave(path, 'nothing', '\u0000');
    store.refuses = ({ source }) => source === 'bad';
    await until(() => store.marks.has('good'), 'the good is counted');
    await until(() => filesOf(path).length === 2, 'nothing is left but the bad, and its own');
    count(node, 3);
    await until(() => store.calls === 5, 'its own goes on');
    expect(told.filter((line) => line.includes('an earlier start'))).toHaveLength(1);
    store.refuses = () => false;
    await until(() => store.marks.has('bad'), 'the bad is taken in the end');
  });

  it('leaves to its next life what it cannot send', async () => {
    const path = folderOf('stop');
    const store = new Counts();
    store.refuses = () => true;
    const { node, told } = start(store, path);
    count(node, 4);
    await until(() => filesOf(path).length === 1, 'it is written down');
    count(node, 3);
    await node.stop(50);
    expect(told.filter((line) => line.includes('kept until it can be sent'))).toHaveLength(1);
    const [name = ''] = filesOf(path);
    leave(path, name.replace('.jsonl', ''), readFileSync(join(path, name), 'utf8'));
    store.refuses = () => false;
    start(store, path);
    await until(() => store.calls === 7, 'it is counted');
  });

  it('counts on where it can write nothing', async () => {
    const store = new Counts();
    const { node, told } = start(store, '/dev/null/metering');
    count(node, 4);
    await until(() => store.calls === 4, 'it is counted');
    expect(told.filter((line) => line.includes('cannot be written down'))).toHaveLength(1);
  });
});

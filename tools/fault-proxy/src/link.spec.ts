import { PassThrough, Writable } from 'node:stream';
import type { Socket } from 'node:net';
import { until } from '@gatehouse/http/testing';
import { Link } from './link.ts';

it('lets a held source go on when the sink takes all that was queued at once', async () => {
  const source = new PassThrough();
  let taken = 0;
  let goOn: (() => void) | undefined;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      // Only the first has to wait: by then the queue is full.
      if (goOn === undefined) goOn = done;
      else done();
    },
  });
  new Link({
    source: source as unknown as Socket,
    sink: sink as unknown as Socket,
    faults: () => undefined,
    blackHole: () => undefined,
    random: () => 0,
    onBytes: () => undefined,
    onSwallowed: () => undefined,
    onReset: () => undefined,
  });
  for (let i = 0; i < 64; i++) source.write(Buffer.alloc(65_536));
  await until(() => source.isPaused(), 'the source is held');
  goOn?.();
  await until(() => taken === 64 * 65_536, 'all of it');
});

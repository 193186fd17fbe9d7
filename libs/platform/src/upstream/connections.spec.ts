import type { UpstreamReply } from '@gatehouse/engine';
import { ok, origin, rested, stopCalling, until, type OnRequest } from '@gatehouse/http/testing';
import type { SocketUpstream } from './socket-upstream';
import { faultOf, requestTo, streamed, textOf, upstream } from './testing/requests';

let calls: SocketUpstream;
beforeEach(() => (calls = upstream()));
afterEach(async () => {
  calls.close();
  await stopCalling();
});

describe('a client that goes away', () => {
  it('leaves no origin connection, whatever the request was doing', async () => {
    const endless = await origin((socket, head) => {
      if (head.includes('/silent')) return;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n');
      socket.write(Buffer.alloc(1_000_000));
    });
    const clients = Array.from({ length: 100 }, () => new AbortController());
    const replies = clients.map((client, i) =>
      calls.send(requestTo(endless.port, { signal: client.signal, target: i % 2 ? '/silent' : '/download' })),
    );
    const settled = Promise.allSettled(replies);
    await until(() => endless.open.size === 100, 'all connected');
    const downloads = await Promise.all(replies.filter((_reply, i) => i % 2 === 0));
    const reading = downloads.map(async (reply: UpstreamReply, i) => {
      if (i % 2) return 'unread';
      return faultOf(textOf(reply.body));
    });
    for (const client of clients) client.abort();
    await until(() => endless.open.size === 0, 'all closed');
    expect(calls.connections).toBe(0);
    const faults = (await settled).flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { fault: string }).fault] : [],
    );
    expect(faults).toEqual(Array.from({ length: 50 }, () => 'aborted'));
    expect(new Set(await Promise.all(reading))).toEqual(new Set(['aborted', 'unread']));
  });

  it('is not called for at all when gone before', async () => {
    const idle = await origin((socket) => socket.write(ok('x')));
    expect(await faultOf(calls.send(requestTo(idle.port, { signal: AbortSignal.abort() })))).toBe('aborted');
    expect(idle.accepted).toBe(0);
    expect(calls.connections).toBe(0);
  });

  it('stops a connection attempt', async () => {
    const client = new AbortController();
    const call = faultOf(calls.send(requestTo(81, { hostname: '203.0.113.1', signal: client.signal })));
    setImmediate(() => client.abort());
    expect(['aborted', 'refused']).toContain(await call);
    expect(calls.connections).toBe(0);
  });

  it('whose reader stops early gives the connection up', async () => {
    const endless = await origin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n');
      socket.write(Buffer.alloc(1_000_000));
    });
    const read = await calls.send(requestTo(endless.port));
    for await (const chunk of read.body.stream()) if (chunk.byteLength > 0) break;
    const unread = await calls.send(requestTo(endless.port));
    await unread.body.stream()[Symbol.asyncIterator]().return?.();
    await until(() => endless.open.size === 0, 'all closed');
  });
});

describe('connections', () => {
  it('are used again, last used first', async () => {
    const busy = await origin((socket) => socket.write(ok('x')));
    for (let i = 0; i < 20; i++) {
      await textOf((await calls.send(requestTo(busy.port))).body);
      await rested();
    }
    expect(busy.accepted).toBe(1);
    expect(calls.connections).toBe(1);
  });

  it('are never shared between accounts', async () => {
    const both = await origin((socket) => socket.write(ok('x')));
    for (const accountId of ['111111111111', '222222222222', '111111111111']) {
      await textOf((await calls.send(requestTo(both.port, { accountId }))).body);
    }
    expect(both.accepted).toBe(2);
  });

  /** Answers the first request of a connection; closes without a byte at the second. */
  const closesAtSecond: (seen: string[]) => OnRequest = (seen) => (socket, head, count) => {
    seen.push(head.split(' ')[0] ?? '');
    if (count === 1) socket.write(ok('first'));
    else socket.destroy();
  };

  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])(
    'a %s is sent once more when a used connection dies without a byte',
    async (method) => {
      const seen: string[] = [];
      const stale = await origin(closesAtSecond(seen));
      const body = method === 'PUT' ? Buffer.from('x') : undefined;
      for (let i = 0; i < 10; i++) {
        await textOf((await calls.send(requestTo(stale.port, { method: 'GET' }))).body);
        await rested();
        const reply = await calls.send(requestTo(stale.port, { method, body }));
        expect(reply.status).toBe(200);
        await textOf(reply.body);
      }
    },
  );

  it('a POST is never sent twice', async () => {
    const seen: string[] = [];
    const stale = await origin(closesAtSecond(seen));
    let broken = 0;
    for (let i = 0; i < 50; i++) {
      const fault = await faultOf(
        calls
          .send(requestTo(stale.port, { method: 'POST', body: Buffer.from('x') }))
          .then((reply) => textOf(reply.body)),
      );
      if (fault === 'broken') broken++;
      await rested();
    }
    expect(seen).toHaveLength(50);
    expect(broken).toBe(25);
  });

  it('nothing is sent twice when the connection was new, a byte came, or the upload was consumed', async () => {
    const fresh = await origin((socket) => socket.destroy());
    expect(await faultOf(calls.send(requestTo(fresh.port)))).toBe('broken');
    expect(fresh.accepted).toBe(1);
    const seen: string[] = [];
    const begun = await origin((socket, head, count) => {
      seen.push(head);
      if (count === 1) socket.write(ok('first'));
      else socket.end('HTTP/1.1 2');
    });
    await textOf((await calls.send(requestTo(begun.port))).body);
    await rested();
    expect(await faultOf(calls.send(requestTo(begun.port)))).toBe('broken');
    expect(seen).toHaveLength(2);
    const uploads: string[] = [];
    const stale = await origin(closesAtSecond(uploads));
    await textOf((await calls.send(requestTo(stale.port))).body);
    await rested();
    expect(
      await faultOf(calls.send(requestTo(stale.port, { method: 'PUT', body: streamed(['a', 'b']) }))),
    ).toBe('broken');
    expect(uploads).toEqual(['GET', 'PUT']);
  });

  it('an origin that closes idle connections at random is not noticed, within the budget for repeats', async () => {
    const moody = await origin((socket) => {
      socket.write(ok('x'));
      if (Math.random() < 0.25) setTimeout(() => socket.end(), Math.random() * 4);
    });
    const client = async (): Promise<void> => {
      for (let i = 0; i < 150; i++) {
        const reply = await calls.send(requestTo(moody.port));
        expect(await textOf(reply.body)).toBe('x');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      }
    };
    await Promise.all(Array.from({ length: 8 }, client));
    expect(moody.accepted).toBeGreaterThan(10);
  });

  it('close when idle', async () => {
    const idle = await origin((socket) => socket.write(ok('x')));
    await textOf((await calls.send(requestTo(idle.port))).body);
    expect(calls.connections).toBe(1);
    await until(() => calls.connections === 0, 'idle connection closed');
    await until(() => idle.open.size === 0, 'the origin has heard of it');
  });
});

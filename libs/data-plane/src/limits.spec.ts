import { startRawOrigin } from '@gatehouse/http/testing';
import { MemoryFeed } from '@gatehouse/platform';
import { ask, startNode, temporaryFolder } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

it('takes no more clients, and opens no more connections to an origin, than it is told', async () => {
  const folder = temporaryFolder();
  const { publicKey, privateKey } = signingKeys();
  const feed = new MemoryFeed();
  const silent = await startRawOrigin(() => undefined);
  const config = { maxConnections: 3, maxOriginConnections: 2 };
  const node = await startNode({ feed, publicKey, dataDir: folder.path, config });
  const snapshots = [proxyTo(`http://127.0.0.1:${silent.port}/`, 'api1', { timeoutMs: 300 })];
  await publish(feed, { key: privateKey, revision: 1, snapshots });
  await node.applied(1);
  const calls = Array.from({ length: 4 }, () =>
    ask(node, 'api1', { path: '/x' }).then(
      ({ status }) => String(status),
      () => 'closed',
    ),
  );
  expect((await Promise.all(calls)).sort()).toEqual(['503', '503', '503', 'closed']);
  expect(silent.accepted).toBe(2);
  await node.stop();
  await silent.stop();
  folder.remove();
});

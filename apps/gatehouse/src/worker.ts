/** A process of `gatehouse start` that carries traffic: a node whose feed is the channel to the process that started it. */
import '@gatehouse/platform/node-version';
import { createWriteStream } from 'node:fs';
import { fail, runNode } from '@gatehouse/data-plane';
import { ChannelFeed, readConfig, readPublicKeys, type FeedChannel } from '@gatehouse/platform';
import type { WorkerOrders } from './traffic';
import { VERSION } from './version';

const channel: FeedChannel = {
  send: (message) => void process.send?.(message, () => undefined),
  listen: (listener) => {
    process.on('message', listener);
    return () => process.off('message', listener);
  },
};

async function main(): Promise<void> {
  const { ownAddresses, accessLogFile } = JSON.parse(process.argv[2] ?? '{}') as WorkerOrders;
  const config = readConfig(process.env);
  await runNode({
    config,
    environment: process.env,
    version: VERSION,
    openFeed: () => new ChannelFeed(channel),
    publicKeys: readPublicKeys(config.snapshotPublicKeyFile),
    accessLog: createWriteStream(accessLogFile, { flags: 'a', mode: 0o600 }),
    ownAddresses: () => ownAddresses,
    newcomersMs: 0,
  });
}

main().catch(fail);

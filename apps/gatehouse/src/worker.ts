/**
 * A process of `gatehouse start` that carries traffic: a node whose feed, limits and shared entries come over the channel to its
 * supervisor, as what it meters goes.
 */
import '@gatehouse/platform/node-version';
import { createWriteStream } from 'node:fs';
import { fail, placed, runNode } from '@gatehouse/data-plane';
import {
  ChannelEntries,
  ChannelFeed,
  ChannelLimits,
  ChannelMeters,
  readConfig,
  readPublicKeys,
  type EntryChannel,
  type FeedChannel,
  type LimitChannel,
  type MeterChannel,
} from '@gatehouse/platform';
import type { WorkerOrders } from './traffic';
import { VERSION } from './version';

const channel: FeedChannel & LimitChannel & EntryChannel & MeterChannel = {
  send: (message: object) => void process.send?.(message, () => undefined),
  listen: (listener: (message: unknown) => void) => {
    process.on('message', listener);
    return () => process.off('message', listener);
  },
};

async function main(): Promise<void> {
  await placed(process.env);
  const { ownAddresses, accessLogFile } = JSON.parse(process.argv[2] ?? '{}') as WorkerOrders;
  const config = readConfig(process.env);
  await runNode({
    config,
    environment: process.env,
    version: VERSION,
    openFeed: () => new ChannelFeed(channel),
    openDecisions: () => new ChannelEntries(channel, 'decision'),
    openAnswers: () => new ChannelEntries(channel, 'answer'),
    openLimits: () => new ChannelLimits(channel),
    openMeters: () => new ChannelMeters(channel),
    publicKeys: readPublicKeys(config.snapshotPublicKeyFile),
    accessLog: createWriteStream(accessLogFile, { flags: 'a', mode: 0o600 }),
    ownAddresses: () => ownAddresses,
    newcomersMs: 0,
  });
}

main().catch(fail);

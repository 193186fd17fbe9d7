import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ChannelFeed, serveFeed, type FeedChannel } from './channel-feed';
import { feedContract } from './feed.contract';
import { MemoryFeed } from './memory-feed';

/** As between two processes: messages are copied, and come later. */
const channelOf = (port: MessagePort): FeedChannel => ({
  send: (message) => port.postMessage(message),
  listen: (listener) => {
    port.on('message', listener);
    return () => port.off('message', listener);
  },
});

feedContract('channel', {
  open: async (onReport) => {
    const { port1, port2 } = new MessageChannel();
    const publisher = new MemoryFeed(onReport);
    const node = new ChannelFeed(channelOf(port2));
    const stopServing = await serveFeed(publisher, channelOf(port1));
    return {
      publisher,
      node,
      close: async () => {
        await stopServing();
        await node.close();
        port1.close();
        await publisher.close();
      },
    };
  },
});

it('tells what the feed behind it tells, and leaves nobody waiting when it closes', async () => {
  const { port1, port2 } = new MessageChannel();
  const behind = new MemoryFeed(() => Promise.reject(new Error('nobody listens')));
  const node = new ChannelFeed(channelOf(port2));
  const stopServing = await serveFeed(behind, channelOf(port1));
  const report = { nodeId: 'n1', revision: 3, appliedAt: 2, startedAt: 1, faults: {} };
  await expect(node.report(report)).rejects.toThrow('nobody listens');
  await expect(node.publish()).rejects.toThrow('publishes nothing');
  await stopServing();
  const waiting = node.manifest();
  await node.close();
  await expect(waiting).rejects.toThrow('closed');
  port1.close();
});

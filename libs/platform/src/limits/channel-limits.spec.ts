import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ChannelLimits, serveLimits, type LimitChannel } from './channel-limits';
import { limitsContract } from './limits.contract';
import { MemoryLimits } from './memory-limits';

/** As between two processes: messages are copied, and come later. */
const channelOf = (port: MessagePort): LimitChannel => ({
  send: (message) => port.postMessage(message),
  listen: (listener) => {
    port.on('message', listener);
    return () => port.off('message', listener);
  },
});

limitsContract('channel', {
  open: async () => {
    const { port1, port2 } = new MessageChannel();
    const store = new ChannelLimits(channelOf(port2));
    const other = new MemoryLimits();
    const stopServing = serveLimits(other, channelOf(port1));
    return {
      store,
      other,
      close: async () => {
        stopServing();
        store.close();
        port1.close();
      },
    };
  },
});

it('tells that the store behind it fails, and leaves nobody waiting when it closes', async () => {
  const { port1, port2 } = new MessageChannel();
  const store = new ChannelLimits(channelOf(port2));
  const stopServing = serveLimits({ lease: () => Promise.reject(new Error('away')) }, channelOf(port1));
  await expect(store.lease('n1', [])).rejects.toThrow('no answer');
  stopServing();
  const waiting = store.lease('n1', []);
  store.close();
  await expect(waiting).rejects.toThrow('closed');
  port1.close();
});

it('lets no heap of requests gather while the other end does not answer', async () => {
  const { port1, port2 } = new MessageChannel();
  const store = new ChannelLimits(channelOf(port2));
  const asked = Array.from({ length: 1000 }, () => store.lease('n1', []).catch(String));
  expect(await Promise.race(asked)).toContain('overdue');
  let heard = 0;
  const stopServing = serveLimits(
    { lease: () => Promise.reject(new Error(String(heard++))) },
    channelOf(port1),
  );
  await Promise.all(asked);
  expect(heard).toBeLessThan(100);
  await expect(store.lease('n1', [])).rejects.toThrow('no answer');
  stopServing();
  store.close();
  port1.close();
});

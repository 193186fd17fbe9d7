import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ChannelMeters, serveMeters, type MeterChannel } from './channel-meters';
import { deliveryOf, metersContract } from './meters.contract';

/** As between two processes: messages are copied, and come later. */
const channelOf = (port: MessagePort): MeterChannel => ({
  send: (message) => port.postMessage(message),
  listen: (listener) => {
    port.on('message', listener);
    return () => port.off('message', listener);
  },
});

metersContract('channel', {
  open: async (store) => {
    const { port1, port2 } = new MessageChannel();
    const stopServing = serveMeters(store, channelOf(port1));
    const carrier = new ChannelMeters(channelOf(port2));
    return {
      carrier,
      close: async () => {
        stopServing();
        carrier.close();
        port1.close();
      },
    };
  },
});

it('leaves nobody waiting, when it closes or no answer comes', async () => {
  const { port1, port2 } = new MessageChannel();
  const carrier = new ChannelMeters(channelOf(port2), 20);
  await expect(carrier.deliver(deliveryOf('n1', 1))).rejects.toThrow('not known');
  const waiting = expect(carrier.deliver(deliveryOf('n1', 1))).rejects.toThrow('not known');
  carrier.close();
  await waiting;
  port1.close();
});

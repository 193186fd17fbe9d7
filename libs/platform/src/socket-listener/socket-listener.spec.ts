import { HttpListener } from '../http-listener';
import { drainContract } from './drain.contract';
import { listenerContract } from './listener.contract';
import { SocketListener } from './socket-listener';
import { vectorsContract } from './vectors.contract';

for (const [name, start] of [
  ['SocketListener', (options: Parameters<typeof SocketListener.start>[0]) => SocketListener.start(options)],
  ['HttpListener', (options: Parameters<typeof HttpListener.start>[0]) => HttpListener.start(options)],
] as const) {
  vectorsContract(name, start);
  listenerContract(name, start);
  drainContract(name, start);
}

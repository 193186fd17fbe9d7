import { UndiciUpstream, type UpstreamOptions } from '../upstream';
import { connectionsContract } from './connections.contract';
import { SocketUpstream } from './socket-upstream';
import { ssrfContract } from './ssrf.contract';
import { upstreamContract } from './upstream.contract';

for (const [name, make] of [
  ['SocketUpstream', (options: UpstreamOptions) => new SocketUpstream(options)],
  ['UndiciUpstream', (options: UpstreamOptions) => new UndiciUpstream(options)],
] as const) {
  upstreamContract(name, make);
  connectionsContract(name, make);
  ssrfContract(name, make);
}

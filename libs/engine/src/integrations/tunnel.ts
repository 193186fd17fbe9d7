/**
 * WebSocket through a route: an HTTP_PROXY integration passes the client's upgrade on, and a 101 of the origin back. The fields
 * `Upgrade` and `Connection` are written by both connections themselves; `Sec-WebSocket-*` pass as any other.
 * DIFFERS: `Upgrade: websocket` on an HTTP_PROXY route; AWS drops it.
 */
import type { HttpIntegration } from '@gatehouse/snapshot';
import { removeField } from '@gatehouse/standards';
import { CountedChannel } from '../counted-channel';
import type { ByteChannel, Exchange, HeaderList, Outgoing, Reply } from '../exchange';
import { passResponseFields as passHttpFields } from '../headers/http-fields';
import { passResponseFields as passRestFields } from '../headers/rest-fields';

/** What is asked of the origin beside the request itself. */
export function upgradeOf(
  x: Exchange,
  { type }: HttpIntegration,
  { method, body }: Outgoing,
): 'websocket' | undefined {
  if (x.request.asksWebSocket !== true) return undefined;
  return type === 'HTTP_PROXY' && method === 'GET' && body === undefined ? 'websocket' : undefined;
}

/** No mapping touches a 101: AWS's know statuses from 200 on. */
export function tunnelReply(x: Exchange, fields: HeaderList, channel: ByteChannel): Reply {
  const headers = x.facts.kind === 'REST' ? passRestFields(fields) : passHttpFields(fields);
  // REST does not drop `Connection` but renames it.
  removeField(headers, 'x-amzn-remapped-connection');
  x.channel = new CountedChannel(channel);
  return { status: 101, headers, body: undefined, channel: x.channel };
}

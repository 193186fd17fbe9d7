/** HTTP/2 towards clients: what one connection may ask of us. Sources: RFC 9113 10.5, and the floods of CVE-2023-44487 and others. */
import type { ServerOptions } from 'node:http2';
import type { ParserLimits } from '../../framing/message-parser';

const STREAMS = 100;
/** Streams that a client resets: so many at once, and then so many a second. */
const RESETS = { streamResetBurst: 100, streamResetRate: 33 };

export function sessionOptions({ maxHeadBytes, maxFields }: ParserLimits): ServerOptions & typeof RESETS {
  return {
    settings: { maxConcurrentStreams: STREAMS, maxHeaderListSize: maxHeadBytes, enablePush: false },
    // The pseudo-header fields count, too.
    maxHeaderListPairs: maxFields + 5,
    maxOutstandingPings: 10,
    maxSettings: 32,
    maxSessionInvalidFrames: 50,
    maxSessionRejectedStreams: 50,
    ...RESETS,
  };
}

/**
 * The head of an HTTP/2 request as one of HTTP/1.1, so that the same rules judge it. nghttp2 has checked its frames, the
 * names, the values and the pseudo-header fields (RFC 9113 8.1 to 8.3).
 */
import type { MessageHead } from '../../framing/message-parser';
import { soundHead, type SoundHead } from '../request';

export interface StreamHead {
  readonly method: string;
  readonly sound: SoundHead;
}

/** `fields` is `[name, value, ...]`, pseudo-header fields included. A number is the status that refuses the request. */
export function streamHead(fields: readonly string[], hasBody: boolean): StreamHead | number {
  const head = messageHead(fields);
  const sound = soundHead(head);
  if (typeof sound === 'number') return sound;
  const isAnnounced = sound.bodyBytes !== 0 || head.fields.some((name) => name === 'content-length');
  const bodyBytes = !hasBody ? 0 : isAnnounced ? sound.bodyBytes : undefined;
  return { method: head.method, sound: { ...sound, bodyBytes } };
}

function messageHead(raw: readonly string[]): MessageHead {
  const fields: string[] = [];
  const cookies: string[] = [];
  let method = '';
  let target = '';
  let authority: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name === ':method') method = value;
    else if (name === ':path') target = value;
    else if (name === ':authority') authority = value;
    else if (name === 'cookie') cookies.push(value);
    else if (!name.startsWith(':')) fields.push(name, value);
  }
  // RFC 9113 8.2.3: crumbs are one field where HTTP/1.1 follows.
  if (cookies.length > 0) fields.push('cookie', cookies.join('; '));
  const host = authority === undefined ? [] : hostFields(fields, authority);
  return {
    method,
    target,
    status: 0,
    version: 11,
    isKeepAlive: true,
    isUpgrade: false,
    fields: [...host, ...fields],
  };
}

/** RFC 9113 8.3.1: Host and `:authority` must not differ; where they agree, one is enough. */
function hostFields(fields: string[], authority: string): string[] {
  const at = fields.findIndex((name, i) => i % 2 === 0 && name === 'host');
  if (at >= 0 && fields[at + 1] === authority) fields.splice(at, 2);
  return ['host', authority];
}

/** What llhttp lets pass in an answer's head and we do not. */
import { isWebSocket } from '../fields';
import type { MessageHead } from '../framing/message-parser';

/** `isSwitchAsked`: the request asked for WebSocket. */
export function isSound(head: MessageHead, isSwitchAsked: boolean): boolean {
  return (
    head.status >= 100 &&
    (head.status !== 101 || (isSwitchAsked && isSwitch(head))) &&
    (head.version === 10 || head.version === 11) &&
    !isMiscoded(head)
  );
}

/**
 * A 101 to WebSocket and nothing else, told by both fields (RFC 9110 7.8, 15.2.2; RFC 6455 4.2.2). It has no body that a
 * field could announce (RFC 9110 8.6, RFC 9112 6.1).
 */
function isSwitch({ fields, isUpgrade, version }: MessageHead): boolean {
  if (!isUpgrade || version !== 11) return false;
  let upgrades = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]?.toLowerCase();
    if (name === 'content-length' || name === 'transfer-encoding') return false;
    if (name !== 'upgrade') continue;
    if (!isWebSocket(fields[i + 1] ?? '')) return false;
    upgrades++;
  }
  return upgrades === 1;
}

/** Another coding than chunked would be passed on unread, to be understood differently by the next reader. */
function isMiscoded({ fields }: MessageHead): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (
      name.length === 17 &&
      name.toLowerCase() === 'transfer-encoding' &&
      fields[i + 1]?.toLowerCase() !== 'chunked'
    )
      return true;
  }
  return false;
}

/** What llhttp lets pass in an answer's head and we do not. */
import type { MessageHead } from '../framing/message-parser';

export function isSound(head: MessageHead): boolean {
  return (
    head.status >= 100 &&
    head.status !== 101 &&
    (head.version === 10 || head.version === 11) &&
    !isMiscoded(head)
  );
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

/** The fields that a message's `Connection` fields, one or several, name as this connection's (RFC 9110 7.6.1). */
import { isNamed, listedByConnection } from '@gatehouse/standards';
import type { HeaderList } from '../exchange';

export function listedIn(headers: HeaderList): ReadonlySet<string> {
  let options: string | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!isNamed(headers[i], 'connection')) continue;
    options = options === undefined ? headers[i + 1] : `${options}, ${headers[i + 1]}`;
  }
  return listedByConnection(options);
}

export function isListed(listed: ReadonlySet<string>, name: string): boolean {
  return listed.size > 0 && listed.has(name.toLowerCase());
}

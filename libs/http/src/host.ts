/** What a `Host` field says (RFC 9110 7.2), remembered for the hosts that were asked for lately. */

const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{0,5})?$/;
/** A host keeps the whole head in memory that it came in, so these are few: 8 MB at the most. */
const MAX_NAMES = 500;
const names = new Map<string, string>();

/** Lower case, without port and without the root's dot; `undefined` = it is no host. */
export function nameOfHost(host: string): string | undefined {
  const known = names.get(host);
  if (known !== undefined) return known;
  if (!HOST.test(host)) return undefined;
  const whole = host.replace(/:[0-9]*$/, '').toLowerCase();
  const name = whole.endsWith('.') ? whole.slice(0, -1) : whole;
  if (names.size >= MAX_NAMES) names.clear();
  names.set(host, name);
  return name;
}

/** Which Host names a listener with credentials answers to: a page of any other name could be a DNS rebinding. */

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** `host` is the Host header, with or without port; `allowed` are names without port, beside loopback ones. */
export function isHostServed(host: string | undefined, allowed: readonly string[]): boolean {
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK.includes(name) || allowed.some((one) => one.toLowerCase() === name);
}

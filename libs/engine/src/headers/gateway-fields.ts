/**
 * Header fields that the gateway or an authorizer writes towards an integration. A client's own are removed first, or it
 * could speak in the gateway's name.
 * DIFFERS: REST: client's `X-Forwarded-*`, `Forwarded`, `X-Real-IP`; they do not pass, and HTTP integrations get none.
 *
 * DIFFERS: header names with `_`, and `baggage`; they do not pass (many origins read `X_Forwarded_For` as
 * `X-Forwarded-For`), though an explicit mapping may read them.
 */
const OURS = new Set(['forwarded', 'x-real-ip', 'traceparent', 'tracestate', 'baggage']);
const OUR_PREFIXES = ['x-forwarded-', 'x-amzn-', 'x-apigateway-'];

export function isGatewayField(lowerName: string): boolean {
  if (OURS.has(lowerName) || lowerName.includes('_')) return true;
  return lowerName.charCodeAt(0) === 0x78 && OUR_PREFIXES.some((prefix) => lowerName.startsWith(prefix));
}

/**
 * Which header fields of an HTTP API pass. What one connection needs stays on it, what the gateway writes is written anew;
 * `X-Forwarded-*` become a `Forwarded` field (RFC 7239) that ends in what the gateway itself has seen.
 */
import { isFieldName, isHopByHop, listedByConnection } from '@gatehouse/standards';
import type { Exchange, HeaderList } from '../exchange';
import { Fates } from '../fates';
import { isGatewayField } from './gateway-fields';
import { isListed, listedIn } from './listed';

/**
 * RFC 7239 6.3: an obfuscated identifier; a node has many addresses and none is the clients' business.
 * DIFFERS: HTTP APIs: `Via`, `Forwarded: by=`; AWS writes an address.
 */
const OUR_NAME = '_gatehouse';
const MAX_FORWARDED_BYTES = 1024;

// DIFFERS: HTTP APIs: `Via`, `Forwarded: by=`; AWS adds `Via: HTTP/1.1 AmazonAPIGateway`, here Via is removed in this direction and none is added.
export function passRequestFields(x: Exchange): HeaderList {
  const { headers } = x.request;
  const listed = listedByConnection(x.fields.connection);
  const passed: HeaderList = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (IS_STOPPED.of(name) || isListed(listed, name)) continue;
    passed.push(name, headers[i + 1] ?? '');
  }
  return passed;
}

const STOPPED = new Set(['host', 'content-length', 'expect', 'via']);

const IS_STOPPED = new Fates((lower) => STOPPED.has(lower) || isHopByHop(lower) || isGatewayField(lower));

export function passResponseFields(headers: HeaderList): HeaderList {
  const listed = listedIn(headers);
  const passed: HeaderList = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!IS_DROPPED.of(name) && !isListed(listed, name)) passed.push(name, headers[i + 1] ?? '');
  }
  return passed;
}

const IS_DROPPED = new Fates(
  (lower) => isHopByHop(lower) || lower === 'content-length' || lower === 'apigw-requestid',
);

/** The whole chain: the client's claims first, our own sight last. A reader must trust the last element only. */
export function forwardedField(x: Exchange): string {
  const seen =
    `by=${OUR_NAME};for=${nodeName(x.request.sourceIp)};host=${quoted(hostField(x))};` +
    `proto=${x.request.secure ? 'https' : 'http'}`;
  const claimed = claimedChain(x.request.headers);
  return claimed === '' ? seen : `${claimed}, ${seen}`;
}

function hostField(x: Exchange): string {
  const { headers } = x.request;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === 'host') return headers[i + 1] ?? '';
  }
  return x.request.host;
}

function claimedChain(headers: readonly string[]): string {
  const elements: string[] = [];
  let origin = '';
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] ?? '';
    const lower = headers[i]?.toLowerCase() ?? '';
    if (lower === 'forwarded') elements.push(value);
    else if (lower === 'x-forwarded-for') elements.push(...forElements(value));
    else origin += originClaim(lower, value);
  }
  if (elements[0]?.startsWith('for=') === true) elements[0] += origin;
  const chain = elements.filter((element) => isSafeElement(element)).join(', ');
  return chain.length > MAX_FORWARDED_BYTES ? '' : chain;
}

/** Host and scheme belong to the first element: what the client itself asked for. */
function originClaim(lowerName: string, value: string): string {
  if (lowerName === 'x-forwarded-host') return isHost(value) ? `;host=${quoted(value)}` : '';
  if (lowerName === 'x-forwarded-proto')
    return /^https?$/i.test(value) ? `;proto=${value.toLowerCase()}` : '';
  return '';
}

function forElements(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => /^[0-9A-Za-z.:_[\]-]+$/.test(part))
    .map((part) => `for=${nodeName(part)}`);
}

/** A `Forwarded` value of the client passes only when its quotes are closed, so that it cannot swallow our element. */
function isSafeElement(element: string): boolean {
  return /^(?:[^"\\]|"[^"\\]*")+$/.test(element);
}

/** An IPv6 address stands in brackets and quotes (RFC 7239 6). */
function nodeName(address: string): string {
  const isBareIpv6 = address.includes(':') && !address.startsWith('[') && address.split(':').length > 2;
  return quoted(isBareIpv6 ? `[${address}]` : address);
}

function isHost(value: string): boolean {
  return /^[0-9A-Za-z.:_[\]-]+$/.test(value);
}

function quoted(value: string): string {
  if (isFieldName(value)) return value;
  return `"${value.replace(/["\\]/g, '')}"`;
}

/** One request as a handler sees it. Everything is read from the head once. */
import type { Socket } from 'node:net';
import { Cancellation, type CancelSignal } from '../cancellation';
import type { MessageHead } from '../framing/message-parser';
import { isWebSocket, NameTable } from '../fields';
import { nameOfHost } from '../host';
import type { MessageBody } from '../message-body';
import { brokenRule, type HeadFacts } from '../rules';

export interface Peer {
  readonly secure: boolean;
  readonly remoteAddress: string;
  readonly localPort: number;
}

export function peerOf(socket: Socket, secure: boolean): Peer {
  const remote = socket.remoteAddress ?? '';
  return {
    secure,
    remoteAddress: remote.startsWith('::ffff:') ? remote.slice(7) : remote,
    localPort: socket.localPort ?? 0,
  };
}

/** Goes with a list of fields: what a handler made of them, for the next request that has the same list. */
export interface OfHeaders {
  made: unknown;
}

export class ServerRequest {
  private cancellation: Cancellation | undefined = undefined;

  constructor(
    readonly method: string,
    /** Raw, without query. */
    readonly path: string,
    /** Raw, without `?`. */
    readonly query: string,
    /** Lower case, without port. */
    readonly host: string,
    /** `[name, value, ...]`. Other requests of the connection may have the same list. */
    readonly headers: readonly string[],
    readonly protocol: string,
    readonly secure: boolean,
    readonly sourceIp: string,
    readonly localPort: number,
    readonly body: MessageBody,
    /** May it be answered with 101 and a channel? */
    readonly asksWebSocket: boolean,
    readonly ofHeaders: OfHeaders,
  ) {}

  /** Aborts when the client has gone. */
  get signal(): CancelSignal {
    return (this.cancellation ??= new Cancellation());
  }

  abort(): void {
    this.cancellation ??= new Cancellation();
    this.cancellation.abort();
  }
}

export interface SoundHead {
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly fields: readonly string[];
  readonly ofFields: OfHeaders;
  /** `undefined` = chunked. */
  readonly bodyBytes: number | undefined;
  readonly expectsContinue: boolean;
  readonly asksUpgrade: boolean;
  readonly asksWebSocket: boolean;
}

/** A number is the status that refuses the request. */
export function soundHead(head: MessageHead): SoundHead | number {
  const facts: HeadFacts = {
    head,
    hosts: 0,
    host: '',
    codings: 0,
    coding: '',
    lengths: 0,
    length: '0',
    expect: undefined,
  };
  const walked = walk(facts);
  const status = brokenRule(facts);
  if (status !== 0) return status;
  const target = head.target.startsWith('/') ? head.target : originForm(head.target);
  return {
    path: pathOf(target),
    query: queryOf(target),
    host: nameOfHost(facts.host) ?? '',
    fields: walked.fields,
    ofFields: { made: undefined },
    bodyBytes: facts.codings > 0 ? undefined : Number(facts.length),
    expectsContinue: facts.expect !== undefined && head.version === 11,
    asksUpgrade: walked.asksUpgrade,
    asksWebSocket: walked.asksUpgrade && asksWebSocket(facts, walked.fields),
  };
}

/** The same with another target, in origin form. */
export function withTarget(sound: SoundHead, target: string): SoundHead {
  const { host, fields, ofFields, bodyBytes, expectsContinue, asksUpgrade, asksWebSocket } = sound;
  const [path, query] = [pathOf(target), queryOf(target)];
  return { path, query, host, fields, ofFields, bodyBytes, expectsContinue, asksUpgrade, asksWebSocket };
}

function pathOf(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt < 0 ? target : target.slice(0, queryAt);
}

function queryOf(target: string): string {
  const queryAt = target.indexOf('?');
  return queryAt < 0 ? '' : target.slice(queryAt + 1);
}

/** RFC 6455 4.1. `isUpgrade`: Connection lists it. A request with a body, or one that waits for a 100, has not ended with its head. */
function asksWebSocket({ head, codings, length, expect }: HeadFacts, fields: readonly string[]): boolean {
  if (!head.isUpgrade || head.method !== 'GET' || head.version !== 11) return false;
  if (codings > 0 || Number(length) !== 0 || expect !== undefined) return false;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() !== 'upgrade') continue;
    if (fields[i + 1]?.split(',').some((protocol) => isWebSocket(protocol.trim())) === true) return true;
  }
  return false;
}

const NAMES = new NameTable<'host' | 'expect' | 'upgrade' | 'length' | 'coding'>([
  ['host', 'host'],
  ['expect', 'expect'],
  ['upgrade', 'upgrade'],
  ['content-length', 'length'],
  ['transfer-encoding', 'coding'],
]);

/** Names with an underscore are dropped: many origins read them as hyphens. */
function walk(facts: HeadFacts): { fields: string[]; asksUpgrade: boolean } {
  const raw = facts.head.fields;
  let isDropping = false;
  let asksUpgrade = false;
  let asksH2c = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name.includes('_')) isDropping = true;
    const kind = NAMES.kindOf(name);
    if (kind === undefined) continue;
    if (kind === 'upgrade') {
      asksUpgrade = true;
      asksH2c ||= /h2c/i.test(value);
    } else note(facts, kind, value);
  }
  if (!isDropping && !asksH2c) return { fields: raw, asksUpgrade };
  return { fields: kept(raw, asksH2c), asksUpgrade };
}

function note(facts: HeadFacts, kind: 'host' | 'expect' | 'length' | 'coding', value: string): void {
  switch (kind) {
    case 'host':
      facts.hosts++;
      facts.host = value;
      return;
    case 'expect':
      facts.expect = facts.expect === undefined ? value : `${facts.expect}, ${value}`;
      return;
    case 'length':
      facts.lengths++;
      facts.length = value;
      return;
    case 'coding':
      facts.codings++;
      facts.coding = value;
  }
}

/** Without what asks for HTTP/2 over clear text, this is a plain request; what else Connection lists stays listed. */
function kept(raw: readonly string[], asksH2c: boolean): string[] {
  const fields: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name.includes('_')) continue;
    const value = raw[i + 1] ?? '';
    const left = asksH2c ? withoutH2c(name.toLowerCase(), value) : value;
    if (left !== undefined) fields.push(name, left);
  }
  return fields;
}

/** The value that is left of a field; `undefined` = none. */
function withoutH2c(lowerName: string, value: string): string | undefined {
  if (lowerName === 'upgrade' || lowerName === 'http2-settings') return undefined;
  if (lowerName !== 'connection') return value;
  const left = value.split(',').filter((option) => !/^\s*(?:upgrade|http2-settings)\s*$/i.test(option));
  return left.length === 0 ? undefined : left.join(',').trim();
}

/** `http://host` and `http://host?q` have the path `/`. */
function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

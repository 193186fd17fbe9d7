/**
 * The rules for requests, in one table. llhttp in strict mode judges the bytes; what it leaves to us is checked here in
 * this order, and the first broken rule decides. Vectors: `testing/vectors.ts`, proven in
 * `server/vectors.spec.ts`.
 */
import type { MessageHead } from './framing/message-parser';
import { nameOfHost } from './host';

export const MAX_TARGET_BYTES = 8192;
export const MAX_FIELDS = 200;
export const MAX_HEAD_BYTES = 16_384;

/** What one walk over a head finds out. */
export interface HeadFacts {
  readonly head: MessageHead;
  hosts: number;
  host: string;
  codings: number;
  coding: string;
  lengths: number;
  length: string;
  expect: string | undefined;
}

export interface Rule {
  readonly name: string;
  readonly rfc: string;
  readonly vectors: readonly string[];
  readonly status: number;
  isBroken(facts: HeadFacts): boolean;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

export const REQUEST_RULES: readonly Rule[] = [
  {
    name: 'no HTTP/0.9',
    rfc: '9112 2.3',
    vectors: ['P22'],
    status: 400,
    isBroken: ({ head }) => head.version < 10,
  },
  {
    name: 'HTTP/1.0 and 1.1 only',
    rfc: '9110 15.6.6',
    vectors: ['S26b'],
    status: 505,
    isBroken: ({ head }) => head.version > 11,
  },
  {
    name: 'no TRACE, no CONNECT',
    rfc: '9110 9.3.6, 9.3.8',
    vectors: ['P18', 'P21'],
    status: 405,
    isBroken: ({ head }) => head.method === 'TRACE' || head.method === 'CONNECT',
  },
  {
    name: 'targets up to 8,192 bytes',
    rfc: '9110 15.5.15',
    vectors: ['P24'],
    status: 414,
    isBroken: ({ head }) => head.target.length > MAX_TARGET_BYTES,
  },
  {
    name: 'one transfer coding, chunked, beside no length',
    rfc: '9112 6.1, 6.3',
    vectors: ['S01', 'S08', 'S09', 'S10', 'S10b'],
    status: 400,
    isBroken: ({ codings, coding, lengths }) =>
      codings > 1 || (codings === 1 && (coding.toLowerCase() !== 'chunked' || lengths > 0)),
  },
  {
    name: 'no chunks in HTTP/1.0',
    rfc: '9112 6.1',
    vectors: ['S25'],
    status: 400,
    isBroken: ({ head, codings }) => codings > 0 && head.version < 11,
  },
  {
    name: 'one length, digits',
    rfc: '9110 8.6',
    vectors: ['S02', 'S03', 'S04', 'S05', 'S06', 'S07'],
    status: 400,
    isBroken: ({ lengths, length }) => lengths > 1 || (lengths === 1 && !/^\d{1,15}$/.test(length)),
  },
  {
    name: 'exactly one Host; none may be missing in HTTP/1.0 only',
    rfc: '9112 3.2',
    vectors: ['H01', 'H02', 'H02b'],
    status: 400,
    isBroken: ({ head, hosts }) => hosts > 1 || (hosts === 0 && head.version !== 10),
  },
  {
    name: 'Host is a name or address with a port',
    rfc: '9110 7.2',
    vectors: ['H01b', 'H04', 'H05', 'H05b', 'H05c'],
    status: 400,
    isBroken: ({ hosts, host }) => hosts === 1 && nameOfHost(host) === undefined,
  },
  {
    name: 'absolute form names the Host',
    rfc: '9112 3.2.2',
    vectors: ['H03', 'H03b', 'H03c'],
    status: 400,
    isBroken: ({ head, host }) => {
      if (head.target.startsWith('/')) return false;
      const authority = ABSOLUTE.exec(head.target)?.[1];
      return authority !== undefined && authority.toLowerCase() !== host.toLowerCase();
    },
  },
  {
    name: 'origin form or absolute form, without fragment',
    rfc: '9112 3.2',
    vectors: ['P13', 'P16', 'P17', 'H03d'],
    status: 400,
    isBroken: ({ head }) =>
      head.target.includes('#') || (!head.target.startsWith('/') && !ABSOLUTE.test(head.target)),
  },
  {
    name: 'no expectation but 100-continue',
    rfc: '9110 10.1.1',
    vectors: ['H14', 'H14b'],
    status: 417,
    isBroken: ({ head, expect }) =>
      expect !== undefined && head.version === 11 && expect.toLowerCase() !== '100-continue',
  },
];

/** Status to refuse the request with; 0 = sound. */
export function brokenRule(facts: HeadFacts): number {
  for (const rule of REQUEST_RULES) if (rule.isBroken(facts)) return rule.status;
  return 0;
}

/** What is refused while the bytes are read: by llhttp, or by the limits in `framing/`. */
export const READING_RULES: readonly Omit<Rule, 'isBroken'>[] = [
  {
    name: 'strict syntax of line, fields and chunks (llhttp)',
    rfc: '9112 2.2, 5, 7.1',
    vectors: ['S11-S23', 'S26', 'H08', 'H10', 'P09-P12', 'P19', 'P20', 'P23'],
    status: 400,
  },
  { name: 'heads up to 16 KB', rfc: '6585 5', vectors: ['H12'], status: 431 },
  { name: 'up to 200 fields', rfc: '6585 5', vectors: ['H13', 'H13b'], status: 431 },
  { name: 'chunk extensions up to 2 KB', rfc: '9112 7.1.1', vectors: ['S24'], status: 413 },
  { name: 'trailers are dropped', rfc: '9110 6.5.1', vectors: ['S28'], status: 0 },
];

/** What may leave HTTP. Any other request for an upgrade is served as a plain one, and is the last of its connection. */
export const UPGRADE_RULES: readonly Omit<Rule, 'isBroken' | 'status'>[] = [
  {
    name: 'an upgrade is to websocket, by a GET of HTTP/1.1 without body, and Connection lists it',
    rfc: '9110 7.8',
    vectors: ['T3', 'U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8', 'U9'],
  },
];

/** What is left out of the fields that a handler sees. */
export const DROPPING_RULES: readonly Omit<Rule, 'isBroken' | 'status'>[] = [
  { name: 'names with an underscore', rfc: '9110 5.1', vectors: ['H07', 'H09'] },
  { name: 'what asks for h2c, in three fields', rfc: '9113 3.1', vectors: ['H15'] },
];

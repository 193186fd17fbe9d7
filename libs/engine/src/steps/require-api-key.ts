/**
 * API keys (developer guide, "Usage plans and API keys for REST APIs"): a key opens a method only inside a usage plan that
 * names the stage. Nodes hold HMACs of keys, so that nothing in a snapshot opens anything.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { allFields } from '@gatehouse/standards';
import type { ApiKeySnapshot, ApiKeysSnapshot } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import { NOBODY, type Exchange, type Identity } from '../exchange';
import { ownText } from '../own-text';
import type { StageAccess, StepFactory } from '../program';

export const requireApiKey: StepFactory = ({ route, access, facts }) => {
  if (!route.apiKeyRequired || facts.kind === 'HTTP') return undefined;
  const find = keyFinder(access);
  const isFromAuthorizer = access.apiKeySource === 'AUTHORIZER';
  return (x) => {
    const found = isFromAuthorizer ? foundBy(find, x.authorizer?.usageIdentifierKey) : shownKey(x, find);
    if (found === undefined) throw new GatewayError('INVALID_API_KEY');
    x.usageKey = found.key;
    x.identity = x.identity === NOBODY ? found.identity : withKey(x.identity, found.identity);
  };
};

function foundBy(find: FindKey, value: string | undefined): FoundKey | undefined {
  return value === undefined || value === '' ? undefined : find(value);
}

/** It is looked for once in headers that repeat on a connection. */
function shownKey(x: Exchange, find: FindKey): FoundKey | undefined {
  const known = x.fields.apiKey;
  if (known?.by === find) return known.found;
  const found = foundBy(find, sentKey(x));
  x.fields.apiKey = { by: find, found };
  return found;
}

/** Two keys are no key. */
function sentKey(x: Exchange): string | undefined {
  const values = allFields(x.request.headers, 'x-api-key');
  return values.length === 1 ? values[0] : undefined;
}

interface FoundKey {
  readonly key: ApiKeySnapshot;
  /** Of whoever shows it, and nothing else: one object for all of those requests. */
  readonly identity: Identity;
}

type FindKey = (value: string) => FoundKey | undefined;

export interface ShownKey {
  /** Of the one program that was asked for it. */
  readonly by: FindKey;
  readonly found: FoundKey | undefined;
}

function withKey(identity: Identity, { apiKey, apiKeyId }: Identity): Identity {
  return { ...identity, apiKey, apiKeyId };
}

const FINDERS = new WeakMap<StageAccess, FindKey>();

function keyFinder(access: StageAccess): FindKey {
  const known = FINDERS.get(access);
  if (known !== undefined) return known;
  const find = access.apiKeys === undefined ? () => undefined : finderOf(access.apiKeys);
  FINDERS.set(access, find);
  return find;
}

/**
 * Found by a part of the HMAC, compared whole in constant time: what a look-up tells of its time is about a keyed hash, of
 * which a client can choose nothing.
 */
function finderOf({ salt, keys }: ApiKeysSnapshot): FindKey {
  const secret = createSecretKey(salt, 'utf8');
  const byPrefix = new Map<string, { readonly hmac: Buffer; readonly key: ApiKeySnapshot }>();
  for (const key of keys) {
    const hmac = Buffer.from(key.hmac, 'base64url');
    byPrefix.set(prefixOf(hmac), { hmac, key });
  }
  const judge = (value: string): ApiKeySnapshot | undefined => {
    const hmac = createHmac('sha256', secret).update(value, 'latin1').digest();
    const found = byPrefix.get(prefixOf(hmac));
    return found !== undefined && timingSafeEqual(found.hmac, hmac) ? found.key : undefined;
  };
  return remembering(judge);
}

/** Keys in use; a stage may have many more. */
const MAX_KNOWN = 10_000;

/**
 * An HMAC costs a tenth of a whole request, so keys that were found good are known by themselves while this program serves. V8 finds
 * them by a hash with a secret of this process, and compares a text only with one of the same hash: how long that takes tells
 * nothing of how much of a key was right.
 */
function remembering(judge: (value: string) => ApiKeySnapshot | undefined): FindKey {
  const known = new Map<string, FoundKey>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const key = judge(value);
    if (key === undefined) return undefined;
    if (known.size >= MAX_KNOWN) known.clear();
    const own = ownText(value);
    const found = { key, identity: { ...NOBODY, apiKey: own, apiKeyId: key.keyId } };
    known.set(own, found);
    return found;
  };
}

const prefixOf = (hmac: Buffer): string => hmac.toString('latin1', 0, 16);

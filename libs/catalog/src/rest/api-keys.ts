/** Rules of API keys (API reference, "ApiKey"). The value is a secret and no part of the document. */
import { badRequest } from '../fault';
import { patchBoolean, type PatchOperation } from '../patch/operation';
import { applyListedPatch, type PatchEntry } from '../patch/table';
import { requireTags } from '../tags';
import type { StringMap } from './types';

export interface ApiKey {
  id: string;
  name?: string;
  customerId?: string;
  description?: string;
  enabled: boolean;
  createdDate: number;
  lastUpdatedDate: number;
  /** `{restApiId}/{stageName}`; of before there were usage plans, and opens nothing. */
  stageKeys: string[];
  tags?: StringMap;
}

export interface StageKey {
  readonly restApiId?: string;
  readonly stageName?: string;
}

/**
 * DIFFERS: `generateDistinctId`; AWS may take the value for the id, here ids are always their own, for they stand in logs.
 */
export interface CreateApiKeyInput {
  readonly name?: string;
  readonly description?: string;
  readonly enabled?: boolean;
  readonly value?: string;
  readonly stageKeys?: readonly StageKey[];
  readonly customerId?: string;
  readonly tags?: StringMap;
}

export function newApiKey(input: CreateApiKeyInput, id: string, now: number): ApiKey {
  const { name, description, customerId, tags } = input;
  const key: ApiKey = {
    id,
    enabled: input.enabled ?? false,
    createdDate: now,
    lastUpdatedDate: now,
    stageKeys: (input.stageKeys ?? []).map(
      ({ restApiId = '', stageName = '' }) => `${restApiId}/${stageName}`,
    ),
  };
  if (name) key.name = name;
  if (description) key.description = description;
  if (customerId) key.customerId = customerId;
  if (tags && Object.keys(tags).length > 0) {
    requireTags(tags);
    key.tags = { ...tags };
  }
  requireTexts(key);
  return key;
}

function requireTexts({ name = '', description = '' }: ApiKey): void {
  if (name.length > 1024) throw badRequest('Invalid API Key name, can be at most 1024 characters.');
  if (description.length > 125_000) throw badRequest('Invalid API Key description specified.');
}

/** Visible ASCII, so that every client can send it in a header and it is one row of bytes everywhere. */
export function requireKeyValue(value: string, shortest = 20): string {
  if (value.length < shortest) throw badRequest(`API Key value should be at least ${shortest} characters`);
  if (value.length > 128) throw badRequest('API Key value exceeds maximum size of 128 characters');
  if (!/^[\x21-\x7e]+$/.test(value))
    throw badRequest('API Key value must consist of visible ASCII characters');
  return value;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 40 letters and digits. `random` bytes that would favour some letters are passed over. */
export function newKeyValue(random: (count: number) => Uint8Array): string {
  let value = '';
  while (value.length < 40) {
    for (const byte of random(64)) {
      if (byte < ALPHABET.length * 4 && value.length < 40) value += ALPHABET[byte % ALPHABET.length];
    }
  }
  return value;
}

function text(member: 'name' | 'description' | 'customerId'): PatchEntry<ApiKey> {
  return {
    path: `/${member}`,
    ops: ['replace'],
    apply: (key, { value }) => {
      if (value) key[member] = value;
      else delete key[member];
    },
  };
}

function patchStage(key: ApiKey, { op, value }: PatchOperation): void {
  const others = key.stageKeys.filter((known) => known !== value);
  key.stageKeys = op === 'add' && value ? [...others, value] : others;
}

const API_KEY: readonly PatchEntry<ApiKey>[] = [
  text('description'),
  {
    path: '/enabled',
    ops: ['replace'],
    apply: (key, { value }) => void (key.enabled = patchBoolean(value)),
  },
  text('name'),
  text('customerId'),
  { path: '/stages', ops: ['add', 'remove'], apply: patchStage },
];

export function updateApiKey(key: ApiKey, operations: readonly PatchOperation[], now: number): void {
  applyListedPatch(API_KEY, key, operations);
  requireTexts(key);
  key.lastUpdatedDate = now;
}

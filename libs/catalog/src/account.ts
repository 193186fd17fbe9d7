/** The account object of apigateway (v1): `GetAccount`, `UpdateAccount`. */
import { badRequest } from './fault';
import { applyPatch, type PatchEntry } from './patch/table';
import type { PatchOperation } from './patch/operation';

export interface Account {
  cloudwatchRoleArn?: string;
  throttleSettings: { burstLimit: number; rateLimit: number };
  features: string[];
  apiKeyVersion: string;
}

export function newAccount(): Account {
  return {
    throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
    features: ['UsagePlans'],
    apiKeyVersion: '4',
  };
}

function replaceRole(account: Account, { value }: PatchOperation): void {
  if (!value) delete account.cloudwatchRoleArn;
  else if (/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(value)) account.cloudwatchRoleArn = value;
  else throw badRequest(`Invalid ARN. ARN is not well formed ${value}`);
}

const ACCOUNT: readonly PatchEntry<Account>[] = [
  { path: '/cloudwatchRoleArn', ops: ['replace'], apply: replaceRole },
  {
    path: '/features',
    ops: ['add'],
    apply: (account, { value }) => {
      if (value && !account.features.includes(value)) account.features.push(value);
    },
  },
];

export function updateAccount(account: Account, operations: readonly PatchOperation[]): void {
  applyPatch(ACCOUNT, account, operations);
}

/**
 * The resource policy of a REST API, as nodes evaluate it: `execute-api:/...` stands for the API's own ARN (developer guide,
 * "API Gateway resource policies").
 */
import type { RestApi } from '@gatehouse/catalog';
import type { Snapshot } from '@gatehouse/snapshot';
import type { Owner } from './to-snapshot';

/** What cannot be read goes as it is: nodes let nobody pass it, and tell it as a problem. */
export function resourcePolicy(owner: Owner, api: RestApi): Pick<Snapshot, 'resourcePolicy' | 'isPrivate'> {
  const isPrivate = api.endpointConfiguration.types.includes('PRIVATE');
  const whole = `arn:aws:execute-api:${owner.region}:${owner.accountId}:${api.id}/`;
  return {
    ...(api.policy !== undefined && { resourcePolicy: expanded(api.policy, whole) }),
    ...(isPrivate && { isPrivate }),
  };
}

function expanded(policy: string, whole: string): string {
  try {
    return JSON.stringify(JSON.parse(policy, (key, value: unknown) => inResource(key, value, whole)));
  } catch {
    return policy;
  }
}

/** `Resource` and `NotResource` are texts or lists of texts, and nothing else of a policy has these names. */
function inResource(key: string, value: unknown, whole: string): unknown {
  if (key !== 'Resource' && key !== 'NotResource') return value;
  const expand = (one: unknown): unknown =>
    typeof one === 'string' && one.startsWith('execute-api:/')
      ? whole + one.slice('execute-api:/'.length)
      : one;
  return Array.isArray(value) ? value.map(expand) : expand(value);
}

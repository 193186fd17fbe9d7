/** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}`: what policies speak of. */
import type { Exchange } from '../exchange';

/** The verb and the path as requested. HTTP APIs' `$default` routes too have them. */
export function methodArn({ facts, method, path }: Exchange): string {
  const { region, accountId, apiId, stage } = facts;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}/${path.replace(/^\/+/, '')}`;
}

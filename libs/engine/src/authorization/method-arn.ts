/** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}`: what policies speak of. */
import type { Exchange } from '../exchange';

/**
 * The verb, and the path as requested but for slashes that routing passes over: a Deny of `GET/admin` holds for `/admin/` too.
 * HTTP APIs' `$default` routes too have them.
 * DIFFERS: method ARNs of paths with extra slashes; AWS writes the path as requested.
 */
export function methodArn({ facts, method, path }: Exchange): string {
  const { region, accountId, apiId, stage } = facts;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}/${withoutExtraSlashes(path)}`;
}

function withoutExtraSlashes(path: string): string {
  if (!path.includes('//') && !path.endsWith('/')) return path.startsWith('/') ? path.slice(1) : path;
  return path.replace(/\/{2,}/g, '/').replace(/^\/|\/$/g, '');
}

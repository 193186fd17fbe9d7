/** Header fields that a mapping of an integration with a function may not set (recorded on AWS: the call fails with 500). */
import { parseRestRequestTarget } from '@gatehouse/standards';
import { requestTarget } from '../../headers/rest-fields';

/** Beside those of all integrations: the gateway's own request to Lambda has them, or must not. */
const TAKEN = new Set(['authorization', 'connection', 'expect', 'proxy-authenticate', 'te']);

export function functionTarget(name: string): ReturnType<typeof requestTarget> {
  return TAKEN.has(name.toLowerCase()) ? 'fail' : requestTarget(name);
}

/** Of AWS_PROXY, which ignores all mappings but these. */
export function failingMappings(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([key]) => {
      const target = parseRestRequestTarget(key);
      return target?.place === 'header' && functionTarget(target.name) === 'fail';
    }),
  );
}

/** Response of an HTTP API's endpoint: it passes; mappings of its status may change fields and the status itself. */
import type { HttpIntegration } from '@gatehouse/snapshot';
import { passResponseFields } from '../headers/http-fields';
import type { RoutePlan, Step } from '../program';
import { applyHeaderMappings, compileHttpMappings, mappingTo, type Mapping } from './http-mapping';
import type { ValueReader } from './http-values';
import type { Exchange } from '../exchange';
import { pointer } from './problem-path';
import { withBody } from './pass-body';

interface StatusMapping {
  readonly mappings: readonly Mapping[];
  readonly status: ValueReader | undefined;
}

export function httpResponse(plan: RoutePlan, integration: HttpIntegration): Step {
  const byStatus = new Map<number, StatusMapping>();
  for (const [status, parameters] of Object.entries(integration.responseParameters)) {
    const member = `/integration/responseParameters${pointer(status)}`;
    const mappings = compileHttpMappings(plan, member, parameters, 'response');
    byStatus.set(Number(status), { mappings, status: mappingTo(mappings, 'statuscode') });
  }
  return (x) => {
    const { upstream } = x;
    if (upstream === undefined) throw new Error('no response to pass');
    const headers = passResponseFields(upstream.headers);
    const mapping = byStatus.get(upstream.status);
    if (mapping === undefined) return withBody(x, upstream, upstream.status, headers);
    applyHeaderMappings(mapping.mappings, x, headers);
    return withBody(x, upstream, mappedStatus(mapping, x) ?? upstream.status, headers);
  };
}

/** Anything but a status leaves the backend's. */
function mappedStatus({ status }: StatusMapping, x: Exchange): number | undefined {
  const text = status?.read(x);
  return text !== undefined && /^[2-5][0-9]{2}$/.test(text) ? Number(text) : undefined;
}

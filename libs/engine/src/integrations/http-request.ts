/**
 * Request of an HTTP API to an HTTP endpoint: fields, query and body pass, mappings change them. The URI may hold the
 * route's path variables; the `$default` route adds the request's whole path to it.
 */
import type { HttpIntegration } from '@gatehouse/snapshot';
import type { Exchange } from '../exchange';
import { forwardedField, passRequestFields } from '../headers/http-fields';
import type { RoutePlan, Step } from '../program';
import { joinQueries } from '../query';
import { addTraceFields, callSpanId } from '../trace/outgoing-fields';
import { applyHeaderMappings, applyQueryMappings, compileHttpMappings, mappingTo } from './http-mapping';
import { methodOf } from './rest-request';
import { checkedPath, fillPath, fillQuery, parseUri, placeholdersOf, urlOf, type UriTemplate } from './uri';

export function httpRequest(plan: RoutePlan, integration: HttpIntegration): Step | undefined {
  const mappings = compileHttpMappings(
    plan,
    '/integration/requestParameters',
    integration.requestParameters,
    'request',
  );
  const uri = compileUri(plan, integration);
  if (uri === undefined) return undefined;
  const pathOf = pathReader(plan, uri);
  const overwrittenPath = mappingTo(mappings, 'path');
  const valueOf = placeholders(plan);
  return (x) => {
    const headers = passRequestFields(x);
    applyHeaderMappings(mappings, x, headers);
    headers.push('Forwarded', forwardedField(x));
    const spanId = callSpanId(x);
    addTraceFields(x, headers, spanId);
    const replaced = overwrittenPath?.readPath(x);
    const path =
      replaced === undefined ? pathOf(x) : checkedPath(replaced.startsWith('/') ? replaced : `/${replaced}`);
    const query = joinQueries(fillQuery(uri, valueOf(x)), applyQueryMappings(mappings, x, x.request.query));
    const body = x.hasBody ? x.body : undefined;
    x.outgoing = { url: urlOf(uri, path, query), method: methodOf(integration, x), headers, body, spanId };
  };
}

function compileUri(plan: RoutePlan, integration: HttpIntegration): UriTemplate | undefined {
  const uri = parseUri(integration.uri, plan.facts.stageVariables);
  if (typeof uri === 'string') {
    plan.problem('INVALID_URI', '/integration/uri', uri);
    return undefined;
  }
  const unknown = placeholdersOf(uri).find((name) => !plan.variables.includes(name));
  if (unknown !== undefined) {
    plan.problem('INVALID_URI', '/integration/uri', `the route has no path variable {${unknown}}`);
    return undefined;
  }
  return uri;
}

/** A variable's raw text; in a query it may not begin another parameter. */
function placeholders(
  plan: RoutePlan,
): (x: Exchange) => (name: string, where: 'path' | 'query') => string | undefined {
  return (x) => (name, where) => {
    const value = x.params[plan.variables.indexOf(name)];
    return where === 'path' ? value : value?.replace(/[&=+;]/g, encodeURIComponent);
  };
}

function pathReader(plan: RoutePlan, uri: UriTemplate): (x: Exchange) => string {
  const valueOf = placeholders(plan);
  if (plan.route.path !== '$default') return (x) => fillPath(uri, valueOf(x));
  const base = fillPath(uri, () => undefined).replace(/\/$/, '');
  return (x) => base + x.path;
}

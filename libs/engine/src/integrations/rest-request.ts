/**
 * Request of a REST API to an HTTP endpoint. HTTP_PROXY passes fields, query and body of the client and lets mappings add
 * to them; HTTP sends only what is mapped, and a body that a template may replace.
 */
import { firstField } from '@gatehouse/standards';
import type { HttpIntegration } from '@gatehouse/snapshot';
import type { Exchange, HeaderList, Outgoing } from '../exchange';
import { passRequestFields } from '../headers/rest-fields';
import type { RoutePlan, Step } from '../program';
import { joinQueries } from '../query';
import { addTraceFields, callSpanId } from '../trace/outgoing-fields';
import {
  applyMappedHeaders,
  compileRestRequestMapping,
  mappedQuery,
  placeholderValue,
} from './rest-request-mapping';
import { constantTemplates, requestTemplate } from './templates';
import { fillPath, fillQuery, parseUri, urlOf, type PlaceholderValue } from './uri';

export function restRequest(plan: RoutePlan, integration: HttpIntegration): Step | undefined {
  const uri = parseUri(integration.uri, plan.facts.stageVariables);
  const mapping = compileRestRequestMapping(plan, integration);
  const compose = integration.type === 'HTTP' ? templated(plan, integration) : passed;
  if (typeof uri === 'string') {
    plan.problem('INVALID_URI', '/integration/uri', uri);
    return undefined;
  }
  const isProxy = integration.type === 'HTTP_PROXY';
  const apiId = plan.facts.apiId;
  return (x) => {
    const valueOf: PlaceholderValue = (name, where) => placeholderValue(mapping, x, name, where);
    const { headers, body } = compose(x);
    applyMappedHeaders(mapping, x, headers);
    const spanId = callSpanId(x);
    addGatewayFields(x, headers, apiId, spanId);
    const query = joinQueries(
      fillQuery(uri, valueOf),
      isProxy ? x.request.query : '',
      mappedQuery(mapping, x),
    );
    const url = urlOf(uri, fillPath(uri, valueOf), query);
    x.outgoing = { url, method: methodOf(integration, x), headers, body, spanId };
  };
}

/** The integration's verb, or the client's. */
export function methodOf({ method }: HttpIntegration, x: Exchange): string {
  return method === undefined || method === '' || method === 'ANY' ? x.method : method;
}

type Composed = Pick<Outgoing, 'headers' | 'body'>;

function passed(x: Exchange): Composed {
  return { headers: passRequestFields(x), body: x.hasBody ? x.body : undefined };
}

/** The content type goes with the body, and only where the client's verb carries one. */
function templated(plan: RoutePlan, integration: HttpIntegration): (x: Exchange) => Composed {
  const templates = constantTemplates(plan, '/integration/requestTemplates', integration.requestTemplates);
  const encoded = new Map<string, Uint8Array>();
  for (const text of templates.values()) encoded.set(text, Buffer.from(text, 'utf8'));
  return (x) => {
    const template = requestTemplate(x, templates, integration.passthroughBehavior);
    const headers: HeaderList = [];
    const { contentType } = x.fields;
    if (contentType !== undefined && !/^(?:GET|HEAD|OPTIONS)$/.test(x.method))
      headers.push('Content-Type', contentType);
    if (template !== undefined) return { headers, body: template === '' ? undefined : encoded.get(template) };
    const coding = x.hasBody ? firstField(x.request.headers, 'content-encoding') : undefined;
    if (coding !== undefined) headers.push('Content-Encoding', coding);
    return { headers, body: x.hasBody ? x.body : undefined };
  };
}

function addGatewayFields(x: Exchange, headers: HeaderList, apiId: string, spanId: string): void {
  if (firstField(headers, 'user-agent') === undefined)
    headers.push('User-Agent', `AmazonAPIGateway_${apiId}`);
  if (firstField(headers, 'accept') === undefined) headers.push('Accept', 'application/json');
  headers.push('X-Amzn-Apigateway-Api-Id', apiId);
  addTraceFields(x, headers, spanId);
}

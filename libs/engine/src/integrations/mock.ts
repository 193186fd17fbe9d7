/** MOCK: the request template names a status, and that status selects the response. No backend is called. */
import type { MockIntegration } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { RoutePlan, Step } from '../program';
import { constantTemplates, requestTemplate } from './templates';

export function mockRequest(plan: RoutePlan, integration: MockIntegration): Step {
  const templates = constantTemplates(plan, '/integration/requestTemplates', integration.requestTemplates);
  const statuses = new Map<string, number | undefined>();
  for (const text of templates.values()) statuses.set(text, mockStatus(text));
  return (x) => {
    const template = requestTemplate(x, templates, integration.passthroughBehavior);
    const status = template === undefined ? undefined : statuses.get(template);
    if (status === undefined) throw new GatewayError('API_CONFIGURATION_ERROR');
    x.mockStatus = status;
  };
}

/** An integer `statusCode` in JSON; AWS takes keys without quotes too (recorded). */
export function mockStatus(text: string): number | undefined {
  const value: unknown = parse(text) ?? parse(text.replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3'));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'statusCode')) return undefined;
  const { statusCode } = value as { statusCode: unknown };
  return Number.isInteger(statusCode) ? (statusCode as number) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

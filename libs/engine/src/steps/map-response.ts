/** Makes the reply out of the integration's response. */
import { httpResponse } from '../integrations/http-response';
import { mockResponse, restMappedResponse, restProxyResponse } from '../integrations/rest-response';
import type { StepFactory } from '../program';

export const mapResponse: StepFactory = (plan) => {
  const { integration } = plan.route;
  if (plan.facts.kind === 'HTTP') {
    return integration.type === 'HTTP_PROXY' ? httpResponse(plan, integration) : undefined;
  }
  switch (integration.type) {
    case 'HTTP_PROXY':
      return restProxyResponse;
    case 'HTTP':
      return restMappedResponse(plan, integration);
    case 'MOCK':
      return mockResponse(plan, integration);
    case 'UNAVAILABLE':
      return undefined;
  }
};

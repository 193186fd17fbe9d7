/** Makes the reply out of the integration's response. */
import { mappedAnswer } from '../integrations/function/mapped';
import { proxyAnswer } from '../integrations/function/proxy';
import { httpResponse } from '../integrations/http-response';
import { mockResponse, restMappedResponse, restProxyResponse } from '../integrations/rest-response';
import type { StepFactory } from '../program';

export const mapResponse: StepFactory = (plan) => {
  const { integration } = plan.route;
  if (integration.type === 'AWS_PROXY') return proxyAnswer(plan, integration);
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
    case 'AWS':
      return mappedAnswer(plan, integration);
    case 'UNAVAILABLE':
      return undefined;
  }
};

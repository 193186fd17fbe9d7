/** Makes the integration's request out of the client's: which way depends on the kind of API and of integration. */
import type { RoutePlan, StepFactory } from '../program';
import { httpRequest } from '../integrations/http-request';
import { mockRequest } from '../integrations/mock';
import { restRequest } from '../integrations/rest-request';
import { refuse } from '../refuse';

export const mapRequest: StepFactory = (plan: RoutePlan) => {
  const { integration } = plan.route;
  const isRest = plan.facts.kind === 'REST';
  switch (integration.type) {
    case 'HTTP_PROXY':
      return isRest ? restRequest(plan, integration) : httpRequest(plan, integration);
    case 'HTTP':
      return isRest ? restRequest(plan, integration) : refuse('API_CONFIGURATION_ERROR');
    case 'MOCK':
      return isRest ? mockRequest(plan, integration) : refuse('API_CONFIGURATION_ERROR');
    case 'AWS':
      return isRest ? undefined : refuse('API_CONFIGURATION_ERROR');
    case 'AWS_PROXY':
      return undefined;
    case 'UNAVAILABLE':
      return refuse('API_CONFIGURATION_ERROR');
  }
};

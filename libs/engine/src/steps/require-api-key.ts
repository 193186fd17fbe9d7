/** No key is known to a node yet, so a method that needs one refuses every call. */
import type { StepFactory } from '../program';
import { refuse } from '../refuse';

export const requireApiKey: StepFactory = ({ route }) =>
  route.apiKeyRequired ? refuse('INVALID_API_KEY') : undefined;

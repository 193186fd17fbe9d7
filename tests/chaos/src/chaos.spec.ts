import { perform } from './perform';
import { SCENARIOS } from './scenarios';

perform(SCENARIOS);

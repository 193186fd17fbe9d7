import { perform } from './perform';
import { WAITING } from './scenarios';

perform(WAITING);

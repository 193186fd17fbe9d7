/** Matches a pattern, as nodes do, against a long text that it cannot match; says what came of it. */
import { boundRegularExpressions } from '../regular-expressions';

boundRegularExpressions();
const [, , pattern = ''] = process.argv;
const whole = new RegExp(`^(?:${pattern})$`);
if (pattern === '') throw new Error('no pattern');
process.stdout.write(String(whole.test(`${'a'.repeat(5000)}!`)));

/** Values of a request for a gateway response, whichever route was asked, or none. */
import type { RestExpression } from '@gatehouse/standards';
import type { Exchange } from '../exchange';
import { requestSource } from '../integrations/rest-source';

export type Reader = (x: Exchange) => string | undefined;

export type StageVariables = ReadonlyMap<string, string>;

/** `undefined` = bodies, which refusals do not read. */
export function requestReader(
  expression: RestExpression,
  stageVariables: StageVariables,
): Reader | undefined {
  if (expression.from === 'path') {
    const { name } = expression;
    return (x) => x.params[x.route.variables.indexOf(name)];
  }
  const source = requestSource(expression, { variables: [], facts: { stageVariables } });
  return source && ((x) => source.read(x).at(-1));
}

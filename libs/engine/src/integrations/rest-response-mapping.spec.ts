import type { RoutePlan } from '../program';
import { compileResponses, selectResponse } from './rest-response-mapping';

const select = (patterns: (string | undefined)[], status: number): number => {
  const plan = { problem: () => undefined } as unknown as RoutePlan;
  const responses = patterns.map((selectionPattern, index) => ({
    statusCode: String(201 + index),
    ...(selectionPattern === undefined ? {} : { selectionPattern }),
    responseParameters: {},
    responseTemplates: {},
  }));
  return selectResponse(compileResponses(plan, responses), String(status)).status;
};

test.each<[patterns: (string | undefined)[], status: number, selected: number]>([
  [['2\\d{2}', undefined], 200, 201],
  [['2\\d{2}', undefined], 404, 202],
  [['40', undefined], 404, 202],
  [['04', undefined], 404, 202],
  [['4|404', undefined], 404, 201],
  [['4.*', '404'], 404, 201],
  [[undefined, '404'], 404, 202],
  [['', '404'], 500, 201],
  [['(?i)x', '5..'], 500, 202],
])('%j of status %d selects %d', (patterns, status, selected) =>
  expect(select(patterns, status)).toBe(selected),
);

test('neither a pattern nor a default response: the API is misconfigured', () => {
  expect(() => select(['2..'], 404)).toThrow('API_CONFIGURATION_ERROR');
});

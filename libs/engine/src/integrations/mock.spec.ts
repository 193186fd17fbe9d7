import { mockStatus } from './mock';

test.each([
  ['{"statusCode": 200}', 200],
  ['{statusCode: 404}', 404],
  [' {\n  statusCode : 201, "a": {b: 1}\n}', 201],
  ['{"statusCode": "200"}', undefined],
  ['{"statusCode": 200.5}', undefined],
  ['{"status": 200}', undefined],
  ['[200]', undefined],
  ['null', undefined],
  ['', undefined],
  ['statusCode: 200', undefined],
  ['{"__proto__": {"statusCode": 200}}', undefined],
])('%j names %j', (text, expected) => expect(mockStatus(text)).toBe(expected));

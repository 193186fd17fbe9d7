import { firstAccepted, mediaTypeOf } from './index';

test.each([
  ['application/json', 'application/json'],
  ['Application/JSON; charset=utf-8', 'application/json'],
  [' text/plain ;q=1', 'text/plain'],
  ['', undefined],
  [';x', undefined],
  [undefined, undefined],
])('%j is %j', (value, type) => expect(mediaTypeOf(value)).toBe(type));

test.each([
  ['text/html, application/json;q=0.9', 'text/html'],
  ['image/png;q=0.1,*/*', 'image/png'],
  [undefined, undefined],
])('%j accepts %j first', (value, type) => expect(firstAccepted(value)).toBe(type));

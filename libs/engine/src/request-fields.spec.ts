import { RequestFields } from './request-fields';

it('is made once for requests that share their headers', () => {
  const shared = { headers: ['Accept', 'a/b'], ofHeaders: { made: undefined } };
  const first = RequestFields.of(shared);
  expect(first.accept).toBe('a/b');
  expect(RequestFields.of({ ...shared })).toBe(first);
  expect(RequestFields.of({ headers: shared.headers })).not.toBe(first);
});

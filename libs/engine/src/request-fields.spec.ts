import { RequestFields } from './request-fields';

it('is made once for requests that share their headers', () => {
  const shared = { headers: ['Accept', 'a/b'], ofHeaders: { made: undefined } };
  const first = RequestFields.of(shared);
  expect(first.accept).toBe('a/b');
  expect(RequestFields.of({ ...shared })).toBe(first);
  expect(RequestFields.of({ headers: shared.headers })).not.toBe(first);
});

it('has what is said of caches in several fields as one list', () => {
  const headers = ['Cache-Control', 'no-transform', 'cache-control', 'max-age=0'];
  expect(RequestFields.of({ headers }).cacheControl).toBe('no-transform, max-age=0');
});

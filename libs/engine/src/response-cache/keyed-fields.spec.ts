import type { HttpIntegration, RouteCacheSnapshot } from '@gatehouse/snapshot';
import type { Exchange } from '../exchange';
import { RequestFields } from '../request-fields';
import { keyedBy, keyedHeaders, type Keyed } from './keyed-fields';

const keyedOf = (...keyParameters: string[]): Keyed =>
  keyedBy(
    { type: 'HTTP_PROXY', requestParameters: {} } as unknown as HttpIntegration,
    {
      keyParameters,
    } as unknown as RouteCacheSnapshot,
    true,
  );

function asked(...headers: string[]): Exchange {
  const request = { headers, host: 'gw', ofHeaders: { made: undefined } };
  return { request, fields: RequestFields.of(request) } as unknown as Exchange;
}

it('what a request shows is the same for whoever shows the same, however it is said', () => {
  const keyed = keyedOf('method.request.header.X-A');
  const one = keyedHeaders(
    asked('x-a', '1', 'Accept', 'a/b', 'Accept-Encoding', 'gzip, br', 'X-B', '2'),
    keyed,
  );
  const other = keyedHeaders(asked('Accept', 'a/b', 'X-A', '1', 'accept-encoding', 'br;q=1,gzip'), keyed);
  expect(one.text).toBe(other.text);
  expect(one.fields).toEqual(['Host', 'gw', 'Accept', 'a/b', 'X-A', '1', 'Accept-Encoding', 'br, gzip']);
  expect(one.fields).toEqual(other.fields);
});

it('is made once for a route, and anew for another', () => {
  const x = asked('X-A', '1', 'X-B', '2');
  const [a, b] = [keyedOf('method.request.header.X-A'), keyedOf('method.request.header.X-B')];
  expect(keyedHeaders(x, a)).toBe(keyedHeaders(x, a));
  expect(keyedHeaders(x, b).fields).toEqual(['Host', 'gw', 'X-B', '2']);
  expect(keyedHeaders(x, a).fields).toEqual(['Host', 'gw', 'X-A', '1']);
});

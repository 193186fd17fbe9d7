import { isHostServed } from './served-host';

it.each([
  ['localhost', true],
  ['LOCALHOST:4567', true],
  ['127.0.0.1:1', true],
  ['[::1]:4567', true],
  ['gate.example', true],
  ['Gate.Example:443', true],
  ['evil.example', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
  [undefined, false],
])('%s: %s', (host, served) => {
  expect(isHostServed(host, ['Gate.example'])).toBe(served);
});

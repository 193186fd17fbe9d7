import { startEchoOrigin, type EchoOrigin } from './echo-origin';

let origin: EchoOrigin;
beforeAll(async () => {
  origin = await startEchoOrigin();
});
afterAll(() => origin.stop());

it('says what it was asked', async () => {
  const response = await fetch(`${origin.url}/a/b?x=1&x=2&y=%20`, {
    method: 'POST',
    body: 'hello',
    headers: { 'x-a': '1' },
  });
  expect(await response.json()).toMatchObject({
    method: 'POST',
    path: '/a/b',
    query: { x: ['1', '2'], y: [' '] },
    headers: { 'x-a': ['1'] },
    body: 'hello',
  });
});

it('takes no more than 1 MiB', async () => {
  const response = await fetch(origin.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
  expect(response.status).toBe(413);
});

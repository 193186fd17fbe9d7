import { startManagementServer, type ManagementServer, type Probe } from './management-server';

let server: ManagementServer;
let reason: string | undefined = 'no revision applied yet';
const probes: Probe[] = [
  { role: 'data-plane', ready: () => reason, metrics: () => 'a_total 1\n' },
  { role: 'control-plane', ready: () => undefined },
];
beforeAll(async () => {
  server = await startManagementServer({ host: '127.0.0.1', port: 0 }, probes);
});
afterAll(() => server.stop());

async function get(
  path: string,
  method = 'GET',
): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`, { method });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

it('is alive whatever the roles say', async () => {
  expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"alive":true}\n' });
});

it('is ready when every role is, and says why not', async () => {
  expect(await get('/readyz?verbose')).toMatchObject({ status: 503, type: 'application/json' });
  expect(JSON.parse((await get('/readyz')).text)).toEqual({
    ready: false,
    reasons: ['data-plane: no revision applied yet'],
    roles: { 'data-plane': 'no revision applied yet', 'control-plane': 'ready' },
  });
  reason = undefined;
  expect(await get('/readyz')).toMatchObject({ status: 200 });
});

it('hands out the metrics of all roles', async () => {
  const { status, type, text } = await get('/metrics');
  expect([status, type, text]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8', 'a_total 1\n']);
});

it('knows nothing else', async () => {
  expect((await get('/')).status).toBe(404);
  expect((await get('/healthz', 'POST')).status).toBe(405);
  expect((await get('/healthz', 'HEAD')).status).toBe(200);
});

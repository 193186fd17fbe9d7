/** Limits as they are set with the unmodified SDK, over the workers of one machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateApiCommand, UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { until } from '@gatehouse/platform/testing';
import { onEveryWorker, startGatehouse, type Gatehouse } from './testing/gatehouse';
import { startOrigin, type Origin } from './testing/origin';
import { killAll } from './testing/processes';

jest.setTimeout(120_000);
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-throttling-'));
let gatehouse: Gatehouse;
let origin: Origin;

beforeAll(async () => {
  origin = await startOrigin('one');
  const env = { GATEHOUSE_WORKERS: '2' };
  gatehouse = await startGatehouse(dataDir, { args: ['--no-demo'], env });
});
afterAll(async () => {
  await killAll();
  await origin.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('workers of one machine share a stage’s limit, from its change on', async () => {
  const { ApiId = '' } = await gatehouse.http.send(
    new CreateApiCommand({ Name: 'limited', ProtocolType: 'HTTP', Target: origin.url }),
  );
  /** Over a connection of its own, so that any worker may get it. */
  const status = async (): Promise<number> => {
    const url = `${gatehouse.gateway}/_aws/execute-api/${ApiId}/`;
    const response = await fetch(url, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status;
  };
  await until('it is served', () => onEveryWorker(async () => (await status()) === 200));
  const throttle = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number): Promise<unknown> =>
    gatehouse.http.send(
      new UpdateStageCommand({
        ApiId,
        StageName: '$default',
        DefaultRouteSettings: { ThrottlingRateLimit, ThrottlingBurstLimit },
      }),
    );
  await throttle(0, 0);
  await until('nothing passes', () => onEveryWorker(async () => (await status()) === 429));
  // So slow that no further call comes to be allowed while this runs.
  await throttle(0.001, 40);
  const seen: number[] = [];
  await until('all have passed that may', async () => {
    for (let i = 0; i < 20; i++) seen.push(await status());
    return seen.includes(200) && seen.slice(-20).every((one) => one === 429);
  });
  const passed = seen.filter((one) => one === 200).length;
  expect(passed).toBeGreaterThanOrEqual(38);
  expect(passed).toBeLessThanOrEqual(42);
});

/** The control port, and the command line. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { RawClient, startRawOrigin, until, type RawOrigin } from '@gatehouse/http/testing';
import { startControl, startFaultProxy, type Control, type FaultProxy } from './index.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
let origin: RawOrigin;
beforeAll(async () => {
  origin = await startRawOrigin((socket) => void socket.write(OK));
});
afterAll(() => origin.stop());

describe('control port', () => {
  let proxy: FaultProxy;
  let control: Control;
  beforeEach(async () => {
    proxy = await startFaultProxy({ target: { port: origin.port } });
    control = await startControl(proxy);
  });
  afterEach(async () => {
    await control.stop();
    await proxy.stop();
  });

  const ask = async (method: string, path: string, body?: string): Promise<[number, unknown]> => {
    const answer = await fetch(`http://127.0.0.1:${control.port}${path}`, { method, ...(body && { body }) });
    return [answer.status, await answer.json()];
  };

  it('shows and changes the faults, which are then in force', async () => {
    expect(await ask('GET', '/faults')).toEqual([200, {}]);
    const faults = { toTarget: { latencyMs: 1, sliceBytes: 3 }, toClient: { resetAfterBytes: 4 } };
    expect(await ask('PUT', '/faults', JSON.stringify(faults))).toEqual([200, faults]);
    expect(await ask('GET', '/faults')).toEqual([200, faults]);
    const client = new RawClient(proxy.port);
    client.say('GET / HTTP/1.1\r\n\r\n');
    await until(() => client.isClosed, 'the reset');
    expect(client.text).toBe(OK.slice(0, 4));
    expect(await ask('GET', '/stats')).toMatchObject([200, { accepted: 1, resets: 1, bytesToClient: 4 }]);
  });

  it.each([
    ['{', 'JSON'],
    ['[]', 'faults must be an object'],
    ['{"latencyMs":1}', 'unknown fault latencyMs'],
    ['{"toTarget":{"latency":1}}', 'unknown fault toTarget.latency'],
    ['{"toClient":{"sliceBytes":0}}', 'toClient.sliceBytes must be a number from 1'],
    ['{"toClient":{"latencyMs":"1"}}', 'toClient.latencyMs must be a number from 0'],
    ['{"refuse":1}', 'refuse must be true or false'],
    ['{"blackHole":true}', 'blackHole must be'],
  ])('refuses %s, and changes nothing', async (body, reason) => {
    await proxy.set({ toTarget: { sliceBytes: 9 } });
    const [status, answer] = await ask('PUT', '/faults', body);
    expect([status, JSON.stringify(answer)]).toEqual([400, expect.stringContaining(reason)]);
    expect(proxy.faults).toEqual({ toTarget: { sliceBytes: 9 } });
  });

  it('knows nothing else', async () => {
    expect((await ask('GET', '/'))[0]).toBe(404);
    expect((await ask('DELETE', '/faults'))[0]).toBe(404);
  });
});

describe('command line', () => {
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, [join(__dirname, 'main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = { text: '', code: undefined as number | null | undefined };
    child.stdout.on('data', (chunk: Buffer) => (out.text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out.text += chunk.toString()));
    child.on('close', (code) => (out.code = code));
    return { child, out };
  };

  it('proxies with the faults it was given until it is stopped', async () => {
    const faults = '{"toClient":{"endAfterBytes":5}}';
    const { child, out } = start(['--target', `127.0.0.1:${origin.port}`, '--faults', faults]);
    await until(() => out.text.includes('\n'), 'it listens');
    const { listen, control } = JSON.parse(out.text) as { listen: string; control: string };
    expect(await (await fetch(`http://${control}/faults`)).json()).toEqual(JSON.parse(faults));
    const client = new RawClient(Number(listen.split(':')[1]));
    client.say('GET / HTTP/1.1\r\n\r\n');
    await until(() => client.isClosed, 'the end');
    expect(client.text).toBe(OK.slice(0, 5));
    child.kill('SIGTERM');
    await until(() => out.code !== undefined, 'it ends');
    expect(out.code).toBe(0);
  });

  it.each([
    [[], '--target host:port is missing'],
    [['--target', '8080'], '--target must be host:port'],
    [['--target', '127.0.0.1:1', '--faults', '{"x":1}'], 'unknown fault x'],
  ])('says plainly what is wrong with %j', async (args, message) => {
    const { out } = start(args);
    await until(() => out.code !== undefined, 'it ends');
    expect(out.code).toBe(1);
    expect(out.text).toContain(message);
    expect(out.text).not.toMatch(/\n\s+at /);
  });
});

/** Workers behind one listener, each with a cap on its connections: who has room takes what comes. */
import { connect, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@gatehouse/platform/testing';
import { startGatehouse, stop, type Gatehouse } from './testing/gatehouse';
import { killAll } from './testing/processes';
import { workersOf } from './testing/workers';

jest.setTimeout(120_000);

const CAP = 200;

/** Kept-alive connections, each of which had an answer. */
class Kept {
  readonly open = new Set<Socket>();
  answered = 0;
  lost = 0;

  constructor(private readonly gateway: URL) {}

  /** One about every two milliseconds. */
  async add(count: number): Promise<void> {
    const settled = this.answered + this.lost + count;
    for (let i = 0; i < count; i++) {
      this.connect();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(`${settled} answered or lost`, () => this.answered + this.lost >= settled);
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await until('closed', () => this.open.size === 0);
  }

  private connect(): void {
    const socket = connect({ host: this.gateway.hostname, port: Number(this.gateway.port) });
    let isAnswered = false;
    socket.on('data', () => {
      if (!isAnswered) this.answered++;
      isAnswered = true;
    });
    socket.once('error', () => undefined);
    socket.once('close', () => {
      this.open.delete(socket);
      if (!isAnswered) this.lost++;
    });
    this.open.add(socket);
    socket.write(`GET / HTTP/1.1\r\nHost: ${this.gateway.host}\r\n\r\n`);
  }
}

describe('two workers behind one listener', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
  let gatehouse: Gatehouse;
  let kept: Kept;
  let workers: number[];
  beforeEach(async () => {
    gatehouse = await startGatehouse(dataDir, {
      args: ['--no-demo'],
      env: { GATEHOUSE_WORKERS: '2', GATEHOUSE_MAX_CONNECTIONS: String(CAP) },
    });
    kept = new Kept(new URL(gatehouse.gateway));
    await until('both workers listen', () => listening().length === 2);
    workers = listening();
  });
  afterEach(async () => {
    for (const pid of workers) process.kill(pid, 'SIGCONT');
    await kept.close();
    await stop(gatehouse);
  });
  afterAll(async () => {
    await killAll();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const listening = (): number[] =>
    workersOf(gatehouse.program.pid, Number(new URL(gatehouse.gateway).port)).sort();

  it('lose no connection while one of them has room', async () => {
    const [, second = NaN] = workers;
    process.kill(second, 'SIGSTOP');
    await kept.add(CAP * 0.45);
    process.kill(second, 'SIGCONT');
    await kept.add(CAP * 1.35);
    expect(kept).toMatchObject({ answered: CAP * 1.8, lost: 0 });
    await kept.close();
    await until('both take connections', () => String(listening()) === String(workers));
    await kept.add(CAP);
    expect(kept.lost).toBe(0);
  });

  it('do not wait for one that is stuck', async () => {
    const [first = NaN, second = NaN] = workers;
    process.kill(second, 'SIGSTOP');
    await kept.add(CAP * 0.45);
    const rest = kept.add(CAP * 0.45);
    await until(
      'the full one leaves what comes to the other',
      () => String(listening()) === String([second]),
    );
    await until('and takes it after all', () => listening().includes(first));
    await rest;
    expect(kept).toMatchObject({ answered: CAP * 0.9, lost: 0 });
  });
});

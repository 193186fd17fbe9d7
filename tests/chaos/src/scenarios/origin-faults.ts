/** A broken network between gateway and origin: whatever it does, no client takes a wrong answer for a whole one. */
import { createHash } from 'node:crypto';
import {
  startFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
  type Faults,
} from '@gatehouse/fault-proxy';
import { startRawOrigin } from '@gatehouse/http/testing';
import type { Answer } from '../peers/answer-parser';
import { briefly, Connection, requestText, type Outcome } from '../peers/connection';
import { below, oneOf } from '../random';
import { atLeast, none, told, type Finding, type Scenario, type Stage } from '../scenario';

const AT_ONCE = 12;
/** Each batch has a proxy, and so a pool of connections, of its own: the circuit breaker of one must not spare the next. */
const BATCH = 24;
const TIMEOUT_MS = 250;
/** What was corrupted may be a length: then the gateway waits for the rest, as it must. */
const SILENCE_MS = 1500;
const CLEAN_ERRORS = [500, 502, 503, 504];

/**
 * `harmless` faults must not be seen at all. A byte that was corrupted in a body is the origin's own, for HTTP/1.1 has no
 * checksum: there only the framing of what the client gets is judged.
 */
type Kind = 'harmless' | 'harmful' | 'corrupting';
const FAULTS: Readonly<Record<string, { kind: Kind; make: (random: () => number) => Faults }>> = {
  latency: {
    kind: 'harmless',
    make: (random) => ({ toClient: { latencyMs: 20, jitterMs: below(random, 60) } }),
  },
  slicing: {
    kind: 'harmless',
    make: (random) => ({ toTarget: { sliceBytes: 3 }, toClient: { sliceBytes: 100 + below(random, 900) } }),
  },
  bandwidth: { kind: 'harmless', make: () => ({ toClient: { bytesPerSecond: 20_000_000 } }) },
  'reset of the answer': {
    kind: 'harmful',
    make: (random) => ({ toClient: { resetAfterBytes: below(random, 250_000) } }),
  },
  'reset of the head': {
    kind: 'harmful',
    make: (random) => ({ toClient: { resetAfterBytes: below(random, 150) } }),
  },
  'reset of the request': {
    kind: 'harmful',
    make: (random) => ({ toTarget: { resetAfterBytes: below(random, 250) } }),
  },
  'end of the answer': {
    kind: 'harmful',
    make: (random) => ({ toClient: { endAfterBytes: below(random, 250_000) } }),
  },
  'silent black hole': { kind: 'harmful', make: () => ({ blackHole: 'silent' }) },
  'swallowing black hole': { kind: 'harmful', make: () => ({ blackHole: 'swallow' }) },
  refusal: { kind: 'harmful', make: () => ({ refuse: true }) },
  corruption: {
    kind: 'corrupting',
    make: (random) => ({
      toClient: { corruptAtByte: below(random, oneOf(random, 160, 5000)), sliceBytes: 700 },
    }),
  },
};

export const originFaults: Scenario = {
  name: 'through a broken network a client gets the right answer, a clean error or a reset, never a wrong answer that looks whole',
  sizes: { short: 1100, medium: 8000, long: 50_000 },
  run: async (stage) => {
    const origin = await startChecksummingOrigin(stage.random);
    await stage.world.proxyTo(origin.port);
    const port = (await stage.world.node()).port;
    const tally = new Tally();
    const names = Object.keys(FAULTS);
    for (let batch = 0; tally.count < stage.size; batch++) {
      await runBatch(stage, {
        port,
        originPort: origin.port,
        tally,
        name: names[batch % names.length] ?? '',
      });
    }
    await origin.stop();
    return tally.findings(stage.size);
  },
};

interface Batch {
  readonly port: number;
  readonly originPort: number;
  readonly tally: Tally;
  readonly name: string;
}

async function runBatch({ world, random }: Stage, { port, originPort, tally, name }: Batch): Promise<void> {
  const fault = FAULTS[name];
  if (fault === undefined) return;
  const proxy = await freshProxy({ target: { port: originPort }, faults: fault.make(random), random });
  const revision = await world.proxyTo(proxy.port, fault.kind === 'harmless' ? undefined : TIMEOUT_MS);
  for (const node of world.nodes) await world.applied(node, revision);
  const silenceMs = fault.kind === 'corrupting' ? SILENCE_MS : undefined;
  let left = BATCH;
  const client = async (): Promise<void> => {
    let connection = new Connection(port, silenceMs);
    while (left-- > 0) {
      if (!connection.isUsable) connection = new Connection(port, silenceMs);
      const bytes = oneOf(random, 0, 10, 3000, 60_000, 200_000);
      tally.add(name, fault.kind, await connection.ask(requestText({ path: `/${bytes}` })));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  await proxy.stop();
}

const usedPorts = new Set<number>();

/** A port that an earlier batch had would come with what the gateway knows of its origin. */
async function freshProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = await startFaultProxy(options);
  if (!usedPorts.has(proxy.port)) {
    usedPorts.add(proxy.port);
    return proxy;
  }
  await proxy.stop();
  return freshProxy(options);
}

/** Every answer names the checksum of its body. */
async function startChecksummingOrigin(random: () => number) {
  const noise = Buffer.from(Array.from({ length: 200_100 }, () => 97 + below(random, 26)));
  return startRawOrigin((socket, request) => {
    const bytes = Number(/^GET \/(\d+) /.exec(request)?.[1]);
    const from = below(random, 100);
    const body = noise.subarray(from, from + bytes);
    const head = `HTTP/1.1 200 OK\r\nx-sha256: ${checksum(body)}\r\n`;
    socket.cork();
    if (random() < 0.5) {
      socket.write(`${head}content-length: ${bytes}\r\n\r\n`);
      socket.write(body);
    } else {
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
      if (bytes > 0)
        socket.write(Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), body, Buffer.from('\r\n')]));
      socket.write('0\r\n\r\n');
    }
    socket.uncork();
  });
}

const checksum = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

class Tally {
  count = 0;
  readonly bad: string[] = [];
  private readonly outcomes = new Map<string, Map<string, number>>();

  add(name: string, kind: Kind, outcome: Outcome): void {
    this.count++;
    const judged = judge(kind, outcome);
    if (judged.startsWith('BAD')) this.bad.push(`${name}: ${judged}`);
    const counts = this.outcomes.get(name) ?? new Map<string, number>();
    this.outcomes.set(name, counts.set(judged, (counts.get(judged) ?? 0) + 1));
  }

  findings(size: number): Finding[] {
    return [
      none('what no client should see', this.bad),
      atLeast('requests', this.count, size),
      ...[...this.outcomes].map(([name, counts]) =>
        told(name, [...counts].map(([what, times]) => `${times} ${what}`).join(', ')),
      ),
    ];
  }
}

function judge(kind: Kind, outcome: Outcome): string {
  if (outcome.kind === 'answer') return judgeAnswer(kind, outcome);
  const isBegun = 'heard' in outcome && outcome.heard === 'a head';
  if (outcome.kind === 'broken' && isBegun && kind !== 'harmless') return 'cut off after the head';
  if (outcome.kind === 'silence' && isBegun && kind === 'corrupting') return 'waiting for the rest';
  return `BAD ${briefly(outcome)}`;
}

function judgeAnswer(kind: Kind, { status, head, body }: Answer): string {
  if (CLEAN_ERRORS.includes(status) && kind !== 'harmless') return `clean ${status}`;
  if (kind === 'corrupting') return 'well framed';
  if (status !== 200) return `BAD ${status}`;
  const promised = /\r\nx-sha256: (\w+)/i.exec(head)?.[1];
  return checksum(body) === promised ? 'right' : `BAD body of ${body.length} bytes`;
}

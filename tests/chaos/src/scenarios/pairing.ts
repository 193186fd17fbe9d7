/** Pipelined requests with an id each, cut anywhere on both sides of the gateway: every answer carries the id it was asked with. */
import { startFaultProxy } from '@gatehouse/fault-proxy';
import { startRawOrigin } from '@gatehouse/http/testing';
import { briefly, Connection, requestText, type Outcome } from '../peers/connection';
import { below } from '../random';
import { atLeast, none, told, type Scenario, type Stage } from '../scenario';

const CONNECTIONS = 24;
const SLICES = { sliceBytes: 1, sliceJitterBytes: 700 };
const CUTS = { toTarget: SLICES, toClient: SLICES };
/** Of the pipelines, this share is given up halfway: what was asked on them must not answer anybody else. */
const GIVEN_UP = 0.03;

export const pairing: Scenario = {
  name: 'no pipelined request gets the answer of another, wherever the bytes are cut',
  sizes: { short: 10_000, medium: 60_000, long: 1_000_000 },
  run: async (stage) => {
    const { world, random, size } = stage;
    const origin = await startEchoingOrigin(random);
    const behind = await startFaultProxy({ target: { port: origin.port }, faults: CUTS, random });
    await world.proxyTo(behind.port);
    const node = await world.node();
    const before = await startFaultProxy({ target: { port: node.port }, faults: CUTS, random });
    const load = new Load(stage, before.port);
    await Promise.all(Array.from({ length: CONNECTIONS }, () => load.client()));
    await before.stop();
    await behind.stop();
    await origin.stop();
    return [
      none('mispaired', load.mispaired),
      none('lost or wrong', load.lost),
      none('uploads that reached the origin changed', origin.changed),
      atLeast('answers', load.answered, size),
      told('given up with their connection', load.givenUp),
    ];
  },
};

const uploadOf = (id: number): string => `${id},`.repeat(1 + (id % 97));
const downloadOf = (id: number): string => `${id} ${'.'.repeat((id * 7919) % 2500)}`;

async function startEchoingOrigin(random: () => number) {
  const changed: string[] = [];
  const origin = await startRawOrigin((socket, request) => {
    const [, method = '', text = ''] = /^(\w+) \/(\d+) /.exec(request) ?? [];
    const id = Number(text);
    if (method === 'POST' && bodyOf(request) !== uploadOf(id)) changed.push(request.slice(0, 200));
    const body = downloadOf(id);
    const head = `HTTP/1.1 200 OK\r\nx-id: ${id}\r\n`;
    const answer =
      random() < 0.5
        ? `${head}content-length: ${body.length}\r\n\r\n${body}`
        : `${head}transfer-encoding: chunked\r\n\r\n${chunked(body, random)}`;
    if (random() < 0.1) setTimeout(() => socket.write(answer), below(random, 5));
    else socket.write(answer);
  });
  return { port: origin.port, changed, stop: () => origin.stop() };
}

function chunked(body: string, random: () => number): string {
  let text = '';
  for (let at = 0; at < body.length;) {
    const piece = body.slice(at, at + 1 + below(random, 700));
    text += `${piece.length.toString(16)}\r\n${piece}\r\n`;
    at += piece.length;
  }
  return `${text}0\r\n\r\n`;
}

function bodyOf(request: string): string {
  const at = request.indexOf('\r\n\r\n') + 4;
  if (!/^transfer-encoding: chunked\r$/im.test(request.slice(0, at))) return request.slice(at);
  let body = '';
  for (let from = at; ;) {
    const lineEnd = request.indexOf('\r\n', from);
    const size = Number.parseInt(request.slice(from, lineEnd), 16);
    if (!(size > 0)) return body;
    body += request.slice(lineEnd + 2, lineEnd + 2 + size);
    from = lineEnd + 2 + size + 2;
  }
}

class Load {
  answered = 0;
  givenUp = 0;
  readonly mispaired: string[] = [];
  readonly lost: string[] = [];
  private asked = 0;

  constructor(
    private readonly stage: Stage,
    private readonly port: number,
  ) {}

  async client(): Promise<void> {
    const { random, size } = this.stage;
    let connection = new Connection(this.port);
    while (this.answered < size) {
      if (!connection.isUsable || random() < 0.02) {
        connection.close();
        connection = new Connection(this.port);
      }
      await this.pipeline(connection);
    }
    connection.close();
  }

  private async pipeline(connection: Connection): Promise<void> {
    const { random } = this.stage;
    const answers = Array.from({ length: 1 + below(random, 12) }, () => {
      const id = ++this.asked;
      return { id, outcome: connection.ask(this.requestOf(id)) };
    });
    const isGivenUp = random() < GIVEN_UP;
    const half = Math.floor(answers.length / 2);
    for (const [i, { id, outcome }] of answers.entries()) {
      if (isGivenUp && i === half) {
        connection.close();
        this.givenUp += answers.length - half;
        return;
      }
      this.judge(id, await outcome);
    }
  }

  private requestOf(id: number): string {
    const { random } = this.stage;
    const path = `/${id}`;
    if (random() < 0.5) return requestText({ path });
    const upload = uploadOf(id);
    if (random() < 0.5) return requestText({ method: 'POST', path, body: upload });
    return `${requestText({ method: 'POST', path, fields: 'Transfer-Encoding: chunked\r\n' })}${chunked(upload, random)}`;
  }

  private judge(id: number, outcome: Outcome): void {
    if (outcome.kind !== 'answer' || outcome.status !== 200) {
      this.lost.push(`${id}: ${briefly(outcome)}`);
      return;
    }
    this.answered++;
    const named = /\r\nx-id: (\d+)(?:\r\n|$)/i.exec(outcome.head)?.[1];
    const body = outcome.body.toString('latin1');
    if (named !== String(id) || !body.startsWith(`${id} `))
      this.mispaired.push(`${id}: ${named}, ${body.slice(0, 20)}`);
    else if (body !== downloadOf(id)) this.lost.push(`${id}: another body, ${body.length} bytes`);
  }
}

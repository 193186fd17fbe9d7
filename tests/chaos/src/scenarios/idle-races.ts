/** An origin that closes its idle connections at random, also in the very moment in which they are used again. */
import type { Socket } from 'node:net';
import { startRawOrigin } from '@gatehouse/http/testing';
import { briefly, Connection, requestText, type Outcome } from '../peers/connection';
import { below } from '../random';
import { atLeast, none, told, type Scenario, type Stage } from '../scenario';

const CLIENTS = 16;
/** Of the answers, this share is followed by a close after up to 8 ms ... */
const CLOSING = 0.2;
/** ... and of the requests on a used connection, this share is read and never answered. */
const DROPPING = 0.02;
const IDLE_MS = 8;

export const idleRaces: Scenario = {
  name: 'an origin that closes idle connections at random fails no GET and gets no POST twice',
  sizes: { short: 5000, medium: 30_000, long: 100_000 },
  run: async (stage) => {
    const origin = await startClosingOrigin(stage.random);
    await stage.world.proxyTo(origin.port);
    const node = await stage.world.node();
    const load = new Load(stage, node.port);
    await Promise.all(Array.from({ length: CLIENTS }, () => load.client()));
    await origin.stop();
    const twice = [...origin.seen].filter(([id, times]) => id.startsWith('POST') && times > 1);
    const repeated = [...origin.seen].filter(([id, times]) => id.startsWith('GET') && times > 1).length;
    return [
      none('GETs that failed', load.failedGets),
      none('POSTs that the origin got twice', twice),
      none('POSTs answered wrongly', load.wrongPosts),
      atLeast('GETs', load.gets, stage.size),
      told('POSTs', load.posts),
      told('POSTs that failed, not sent again', load.failedPosts),
      told('closes of idle connections', origin.closes()),
      told('GETs that were dropped unanswered, and sent again', repeated),
    ];
  },
};

async function startClosingOrigin(random: () => number) {
  const seen = new Map<string, number>();
  let closes = 0;
  const close = (socket: Socket): void => {
    closes++;
    if (random() < 0.5) socket.destroy();
    else socket.resetAndDestroy();
  };
  const origin = await startRawOrigin((socket, request, count) => {
    const [, id = ''] = /^(\w+ \/\d+) /.exec(request) ?? [];
    seen.set(id, (seen.get(id) ?? 0) + 1);
    if (count > 1 && random() < DROPPING) return close(socket);
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${id.length}\r\n\r\n${id}`);
    if (random() < CLOSING) setTimeout(() => close(socket), random() * IDLE_MS);
  });
  return { port: origin.port, seen, closes: () => closes, stop: () => origin.stop() };
}

class Load {
  gets = 0;
  posts = 0;
  failedPosts = 0;
  readonly failedGets: string[] = [];
  readonly wrongPosts: string[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly port: number,
  ) {}

  async client(): Promise<void> {
    const { random, size } = this.stage;
    let connection = new Connection(this.port);
    while (this.gets < size) {
      if (!connection.isUsable) connection = new Connection(this.port);
      if (random() < 0.33) await this.post(connection);
      else await this.get(connection);
      // Long enough for connections to the origin to be idle, short enough to meet their close.
      if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, below(random, IDLE_MS)));
    }
    connection.close();
  }

  private async get(connection: Connection): Promise<void> {
    const path = `/${++this.gets}`;
    const outcome = await connection.ask(requestText({ path }));
    if (!isAnswer(outcome, 200, `GET ${path}`)) this.failedGets.push(briefly(outcome));
  }

  /** A POST may fail, but in plain words. */
  private async post(connection: Connection): Promise<void> {
    const path = `/${++this.posts}`;
    const outcome = await connection.ask(requestText({ method: 'POST', path, body: 'x'.repeat(50) }));
    if (isAnswer(outcome, 200, `POST ${path}`)) return;
    this.failedPosts++;
    if (outcome.kind !== 'answer' || ![500, 502, 503, 504].includes(outcome.status))
      this.wrongPosts.push(briefly(outcome));
  }
}

function isAnswer(outcome: Outcome, status: number, body: string): boolean {
  return outcome.kind === 'answer' && outcome.status === status && outcome.body.toString('latin1') === body;
}

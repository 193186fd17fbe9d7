import { Agent, request } from 'node:http';
import { RawClient, statusesOf, until } from '@gatehouse/http/testing';
import {
  bodyOf,
  get,
  headOf,
  listening,
  stopAll,
  type Given,
  type ListenerUnderTest,
} from './testing/answers';

afterEach(stopAll);

describe('drain', () => {
  it('asks for the end of the connection in the answer, then closes what is idle', async () => {
    let answer = (): void => undefined;
    const under = await listening(({ path }) =>
      path === '/wait'
        ? new Promise<Given>((resolve) => (answer = () => resolve({ body: 'done' })))
        : { body: 'x' },
    );
    const busy = new RawClient(under.port);
    busy.say(get('/wait', ''));
    const idle = new RawClient(under.port);
    idle.say(get('/', ''));
    await until(() => idle.text.endsWith('x') && under.asked.length === 2, 'both known');
    const stopped = under.listener.stop(3000);
    idle.say(get('/last', ''));
    await until(() => idle.isClosed, 'idle one closed');
    expect(statusesOf(idle.text)).toEqual([200, 200]);
    expect(idle.text).toMatch(/connection: close\r\n(?:.+\r\n)*\r\nx$/i);
    answer();
    await stopped;
    expect(headOf(busy.text)).toMatch(/^connection: close$/im);
    expect(busy.text.endsWith('done')).toBe(true);
  });

  it('ends at once when nobody is connected, and nobody balances load', async () => {
    const under = await listening(() => ({}));
    const from = performance.now();
    await under.listener.stop(10_000, 0);
    expect(performance.now() - from).toBeLessThan(500);
  });

  it('closes a connection that stays silent when the grace is over', async () => {
    const under = await listening(() => ({ body: 'x' }));
    const idle = new RawClient(under.port);
    idle.say(get('/', ''));
    await until(() => idle.text.endsWith('x'), 'answer');
    await under.listener.stop(600);
    await until(() => idle.isClosed, 'closed');
  });

  it('cuts off what does not end in time', async () => {
    const under = await listening(() => new Promise<Given>(() => undefined));
    const stuck = new RawClient(under.port);
    stuck.say(get());
    await until(() => under.asked.length === 1, 'request');
    const from = performance.now();
    await under.listener.stop(300);
    expect(performance.now() - from).toBeLessThan(1000);
    expect(under.asked[0]?.signal.aborted).toBe(true);
  });

  it('lets a long download end', async () => {
    const body = (async function* () {
      for (let i = 0; i < 20; i++) {
        yield Buffer.from('part ');
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    const under = await listening(() => ({ body, headers: ['Content-Length', '100'] }));
    const client = new RawClient(under.port);
    client.say(get('/', ''));
    await until(() => client.text.includes('part'), 'beginning');
    await under.listener.stop(5000);
    expect(bodyOf(client.text)).toHaveLength(100);
    expect(under.finished).toEqual([{ bytes: 100, isComplete: true }]);
  });

  it('loses no request of 64 looping keep-alive clients over three restarts', async () => {
    const next = (): Promise<ListenerUnderTest> =>
      listening(async ({ path }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { body: path };
      });
    let current = await next();
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    let sent = 0;
    let isOver = false;
    const lost: string[] = [];
    const client = async (): Promise<void> => {
      while (!isOver) {
        const path = `/${++sent}`;
        await ask(agent, current.port, path).then(
          (body) => body === path || lost.push(`${path} got ${body}`),
          (error: Error) => lost.push(`${path} ${error.message}`),
        );
      }
    };
    const clients = Array.from({ length: 64 }, client);
    for (let restart = 0; restart < 3; restart++) {
      const before = sent;
      await until(() => sent > before + 2000, 'traffic');
      const old = current;
      current = await next();
      await old.listener.stop(3000);
      expect(old.finished.every(({ isComplete }) => isComplete)).toBe(true);
    }
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
    await current.listener.stop(0);
    expect(lost).toEqual([]);
    expect(sent).toBeGreaterThan(6000);
  });
});

function ask(agent: Agent, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ agent, host: '127.0.0.1', port, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => (response.complete ? resolve(text) : reject(new Error('incomplete'))));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

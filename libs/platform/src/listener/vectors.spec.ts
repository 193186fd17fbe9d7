/** Request heads and framings that must not be understood in two ways, on raw sockets. */
import { C, H, NEXT, REFUSED, SERVED, say } from '@gatehouse/http/testing';
import { listening, stopAll, type ListenerUnderTest } from './testing/answers';

let under: ListenerUnderTest;
beforeAll(async () => {
  under = await listening(async (request) => {
    try {
      await request.body.gather(1_000_000);
    } catch {
      return { status: 502, body: 'upload broke' };
    }
    return { body: 'served' };
  });
});
afterAll(stopAll);
beforeEach(() => {
  under.asked.length = 0;
  under.finished.length = 0;
});

describe('refused, once, and then closed', () => {
  it.each(REFUSED)('%s', async (_name, bytes, status) => {
    const heard = await say(under.port, bytes + NEXT);
    expect(heard.statuses).toEqual([status]);
    expect(heard.wasReset).toBe(false);
    expect(under.asked.map(({ path }) => path)).not.toContain('/next');
    const [head = '', body = ''] = heard.text.split('\r\n\r\n');
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['message']);
    expect(head).toMatch(/^connection: close$/im);
    expect(head).not.toMatch(/^(server|x-powered-by):/im);
  });

  it('S17 request after CR CR', async () => {
    const heard = await say(under.port, `GET / HTTP/1.1\r\n${H}\r\rGET /evil HTTP/1.1\r\n${H}\r\n`);
    expect(under.asked.map(({ path }) => path)).not.toContain('/evil');
    expect(heard.statuses.at(-1)).toBe(400);
  });
});

it.each(SERVED)('served: %s', async (_name, bytes) => {
  const heard = await say(under.port, bytes);
  expect(heard.statuses).toEqual([200]);
});

describe('what the engine gets', () => {
  it('a canonical host, path and query', async () => {
    await say(
      under.port,
      `GET http://GW.Test.:8080/a%2Fb/?x=1&y HTTP/1.1\r\nHost: gw.test.:8080\r\n${C}\r\n`,
    );
    expect(under.asked[0]).toMatchObject({ host: 'gw.test', path: '/a%2Fb/', query: 'x=1&y', method: 'GET' });
    expect(under.asked[0]).toMatchObject({ protocol: 'HTTP/1.1', secure: false, sourceIp: '127.0.0.1' });
    expect(under.asked[0]?.localPort).toBe(under.port);
  });

  it('fields in order and case, 8-bit bytes intact, H07 and H09 names with underscores dropped', async () => {
    const fields = 'X-A: 1\r\nX_Forwarded_For: 6.6.6.6\r\nx-a: 2\r\n__proto__: x\r\nX-L: \xe4\r\n';
    await say(under.port, `GET / HTTP/1.1\r\n${H}${fields}${C}\r\n`);
    expect(under.asked[0]?.headers).toEqual([
      'Host',
      'gw.test',
      'X-A',
      '1',
      'x-a',
      '2',
      'X-L',
      '\xe4',
      'Connection',
      'close',
    ]);
  });

  it('H15 a plain request where HTTP/2 was asked for', async () => {
    const upgrade = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
    const heard = await say(under.port, `GET /h2c HTTP/1.1\r\n${H}${upgrade}\r\n${NEXT}`);
    expect(heard.statuses).toEqual([200]);
    expect(under.asked[0]?.headers).toEqual(['Host', 'gw.test']);
  });

  it('H15 what else Connection lists stays listed, so that it is dropped or refused as ever', async () => {
    const before = under.asked.length;
    const upgrade = 'Connection: Upgrade, x-hop\r\nX-Hop: 1\r\nUpgrade: h2c\r\n';
    await say(under.port, `GET /h2c HTTP/1.1\r\n${H}${upgrade}\r\n${NEXT}`);
    expect(under.asked[before]?.headers).toEqual(['Host', 'gw.test', 'Connection', 'x-hop', 'X-Hop', '1']);
  });
});

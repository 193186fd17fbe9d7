/** Request heads and framings that must not be understood in two ways: reference/reliability 2.1, on raw sockets. */
import { say } from '../http-listener/testing/raw-client';
import { listening as listeningOn, type ListenerUnderTest, type StartListener } from './testing/answers';

export function vectorsContract(name: string, start: StartListener): void {
  describe(name, () => {
    const listening = (
      decide: Parameters<typeof listeningOn>[1],
      options?: Parameters<typeof listeningOn>[2],
    ): Promise<ListenerUnderTest> => listeningOn(start, decide, options);

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
    afterAll(() => under.listener.stop(0));
    beforeEach(() => {
      under.asked.length = 0;
      under.finished.length = 0;
    });

    const H = 'Host: gw.test\r\n';
    const C = 'Connection: close\r\n';
    const TE = 'Transfer-Encoding: chunked\r\n';
    const NEXT = `GET /next HTTP/1.1\r\n${H}${C}\r\n`;
    const many = (count: number): string =>
      Array.from({ length: count }, (_value, i) => `x${i}: 1\r\n`).join('');

    /** Name, bytes, the only status that may come back. After a refusal the connection is closed: `/next` is not served. */
    const REFUSED: [string, string, number][] = [
      ['S01 CL+TE', `POST / HTTP/1.1\r\n${H}Content-Length: 6\r\n${TE}\r\n0\r\n\r\nG`, 400],
      ['S02 two lengths', `POST / HTTP/1.1\r\n${H}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`, 400],
      [
        'S03 one length twice',
        `POST / HTTP/1.1\r\n${H}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
        400,
      ],
      ['S04 length list', `POST / HTTP/1.1\r\n${H}Content-Length: 3, 3\r\n\r\nabc`, 400],
      ['S05 length +3', `POST / HTTP/1.1\r\n${H}Content-Length: +3\r\n\r\nabc`, 400],
      ['S06 length 0x3', `POST / HTTP/1.1\r\n${H}Content-Length: 0x3\r\n\r\nabc`, 400],
      ['S07 length 3 4', `POST / HTTP/1.1\r\n${H}Content-Length: 3 4\r\n\r\nabc`, 400],
      ['S08 xchunked', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
      [
        'S09 chunked, identity',
        `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
        400,
      ],
      ['S10 TE twice', `POST / HTTP/1.1\r\n${H}${TE}${TE}\r\n0\r\n\r\n`, 400],
      ['S10b gzip, chunked', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 400],
      ['S11 space before colon', `POST / HTTP/1.1\r\n${H}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
      ['S12 folded TE', `POST / HTTP/1.1\r\n${H}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, 400],
      ['S13 TE with VT', `POST / HTTP/1.1\r\n${H}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`, 400],
      ['S14 leading space', `POST / HTTP/1.1\r\n Transfer-Encoding: chunked\r\n${H}\r\n0\r\n\r\n`, 400],
      ['S15 bare LF', `GET / HTTP/1.1\nHost: gw.test\n\n`, 400],
      ['S16 bare CR in a value', `GET / HTTP/1.1\r\n${H}x: a\rb\r\n\r\n`, 400],
      ['S18 chunk size 0x3', `POST / HTTP/1.1\r\n${H}${TE}\r\n0x3\r\nabc\r\n0\r\n\r\n`, 400],
      ['S19 chunk size -1', `POST / HTTP/1.1\r\n${H}${TE}\r\n-1\r\nabc\r\n0\r\n\r\n`, 400],
      ['S20 chunk size of 17 digits', `POST / HTTP/1.1\r\n${H}${TE}\r\n11111111111111111\r\nabc\r\n`, 400],
      ['S21 extension ended by LF', `POST / HTTP/1.1\r\n${H}${TE}\r\n3;a=b\nabc\r\n0\r\n\r\n`, 400],
      ['S22 chunk line with LF', `POST / HTTP/1.1\r\n${H}${TE}\r\n3\nabc\r\n0\r\n\r\n`, 400],
      ['S23 chunk data without CRLF', `POST / HTTP/1.1\r\n${H}${TE}\r\n3\r\nabcdef\r\n0\r\n\r\n`, 400],
      [
        'S24 long extension',
        `POST / HTTP/1.1\r\n${H}${TE}\r\n3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
        413,
      ],
      ['S25 HTTP/1.0 + TE', `POST / HTTP/1.0\r\n${H}Connection: keep-alive\r\n${TE}\r\n0\r\n\r\n`, 400],
      ['S26 HTTP/1.2', `GET / HTTP/1.2\r\n${H}\r\n`, 400],
      ['S26b HTTP/2.0', `GET / HTTP/2.0\r\n${H}\r\n`, 505],
      ['H01 no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
      ['H01b empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
      ['H02 two Hosts', `GET / HTTP/1.1\r\n${H}Host: other.test\r\n\r\n`, 400],
      ['H02b one Host twice', `GET / HTTP/1.1\r\n${H}${H}\r\n`, 400],
      ['H03 absolute form, other host', `GET http://other.test/ HTTP/1.1\r\n${H}\r\n`, 400],
      ['H03b absolute form, other port', `GET http://gw.test:81/ HTTP/1.1\r\n${H}\r\n`, 400],
      ['H03c absolute form, user', `GET http://gw.test@evil/ HTTP/1.1\r\nHost: gw.test@evil\r\n\r\n`, 400],
      ['H03d absolute form, ftp', `GET ftp://gw.test/ HTTP/1.1\r\n${H}\r\n`, 400],
      ['H04 junk in Host', 'GET / HTTP/1.1\r\nHost: gw.test@evil\r\n\r\n', 400],
      ['H05 space in Host', 'GET / HTTP/1.1\r\nHost: gw test\r\n\r\n', 400],
      ['H05b list of Hosts', 'GET / HTTP/1.1\r\nHost: gw.test, evil.test\r\n\r\n', 400],
      ['H05c slash in Host', 'GET / HTTP/1.1\r\nHost: gw.test/evil\r\n\r\n', 400],
      ['H08 space in a name', `GET / HTTP/1.1\r\n${H}X-Forwarded-For abcd: 1\r\n\r\n`, 400],
      ['H10 NUL in a value', `GET / HTTP/1.1\r\n${H}x: a\0b\r\n\r\n`, 400],
      ['H12 17 KB of head', `GET / HTTP/1.1\r\n${H}x: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
      ['H13 2,500 fields', `GET / HTTP/1.1\r\n${H}${many(2500)}\r\n`, 431],
      ['H13b 201 fields', `GET / HTTP/1.1\r\n${H}${many(200)}\r\n`, 431],
      ['H14 Expect: 200-ok', `GET / HTTP/1.1\r\n${H}Expect: 200-ok\r\n\r\n`, 417],
      ['P09 NUL in the path', `GET /a\0b HTTP/1.1\r\n${H}\r\n`, 400],
      ['P10 space in the path', `GET /a b HTTP/1.1\r\n${H}\r\n`, 400],
      ['P11 tab in the path', `GET /a\tb HTTP/1.1\r\n${H}\r\n`, 400],
      ['P12 8-bit path', `GET /\xe4 HTTP/1.1\r\n${H}\r\n`, 400],
      ['P13 fragment', `GET /a#b HTTP/1.1\r\n${H}\r\n`, 400],
      ['P16 no slash', `GET a HTTP/1.1\r\n${H}\r\n`, 400],
      ['P17 GET *', `GET * HTTP/1.1\r\n${H}\r\n`, 400],
      ['P18 CONNECT', `CONNECT gw.test:443 HTTP/1.1\r\n${H}\r\n`, 405],
      ['P19 get', `get / HTTP/1.1\r\n${H}\r\n`, 400],
      ['P20 FOOBAR', `FOOBAR / HTTP/1.1\r\n${H}\r\n`, 400],
      ['P21 TRACE', `TRACE / HTTP/1.1\r\n${H}\r\n`, 405],
      ['P22 HTTP/0.9', 'GET /\r\n\r\n', 400],
      ['P23 h2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
      ['P24 9,000-byte URI', `GET /${'a'.repeat(9000)} HTTP/1.1\r\n${H}\r\n`, 414],
    ];

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

    const SERVED: [string, string][] = [
      ['S27 GET with a body', `GET / HTTP/1.1\r\n${H}${C}Content-Length: 3\r\n\r\nabc`],
      ['absolute form, same host', `GET http://GW.test/a?b=c HTTP/1.1\r\n${H}${C}\r\n`],
      ['absolute form, no path', `GET http://gw.test?b=c HTTP/1.1\r\n${H}${C}\r\n`],
      ['Host with port', `GET / HTTP/1.1\r\nHost: gw.test:8080\r\n${C}\r\n`],
      ['Host as IPv6 address', `GET / HTTP/1.1\r\nHost: [::1]:8080\r\n${C}\r\n`],
      ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n'],
      ['200 fields', `GET / HTTP/1.1\r\n${H}${C}${many(198)}\r\n`],
      ['H11 8-bit value', `GET / HTTP/1.1\r\n${H}${C}x: \xe4\r\n\r\n`],
      ['S28 trailers', `POST / HTTP/1.1\r\n${H}${C}${TE}\r\n3\r\nabc\r\n0\r\nAuthorization: x\r\n\r\n`],
    ];

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
        expect(under.asked[0]).toMatchObject({
          host: 'gw.test',
          path: '/a%2Fb/',
          query: 'x=1&y',
          method: 'GET',
        });
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
    });
  });
}

import fc from 'fast-check';
import { answerHead, type RepeatedFields, type ServerAnswer } from './answer';
import { streamFields } from './h2/answer';

const FRAMING = { length: 4, version: 11, isHead: false, isLast: false };
const repeatedOf = (...list: string[]): RepeatedFields => ({ list, written: undefined });
const answerOf = (members: Partial<ServerAnswer>): ServerAnswer => ({
  ...{ status: 200, headers: [], body: 'body', finish: () => undefined },
  ...members,
});

it('what is repeated stands ahead of the rest, the second time as the first', () => {
  const name = fc.constantFrom('X-A', 'x-b', 'Date', 'Content-Length', 'Connection', 'Set-Cookie');
  const list = fc
    .array(fc.tuple(name, fc.constantFrom('4', '5', 'text')))
    .map((pairs) => pairs.filter(([one, value]) => one !== 'Content-Length' || value === '4').flat());
  fc.assert(
    fc.property(fc.constantFrom(200, 204), list, list, list, (status, ahead, first, second) => {
      const repeated = repeatedOf(...ahead);
      for (const own of [first, second]) {
        const once = answerOf({ status, repeated, headers: own });
        const plain = answerOf({ status, headers: [...ahead, ...own] });
        expect(withoutDate(answerHead(once, FRAMING))).toEqual(withoutDate(answerHead(plain, FRAMING)));
        expect(streamFields(once, once.body)).toEqual(streamFields(plain, plain.body));
      }
    }),
  );
});

/** The clock's own line may change between two heads. */
function withoutDate(head: ReturnType<typeof answerHead>): object {
  return { ...head, text: head.text.replace(/^Date: [^\r]*GMT\r\n/m, '') };
}

it('what ends a line is refused each time', () => {
  const answer = answerOf({ repeated: repeatedOf('X-A', 'a\r\nX-B: b') });
  for (let i = 0; i < 2; i++) expect(() => answerHead(answer, FRAMING)).toThrow('not a field of HTTP');
});

describe('the end of a head', () => {
  const OWN_DATE = ['Date', 'Thu, 01 Jan 1970 00:00:00 GMT'];
  const CHUNKED = { ...FRAMING, length: undefined };

  it.each([
    ['with a length, for a connection that goes on', FRAMING, ['Content-Length: 4', 'Date', 'keep-alive']],
    ['of the last answer', { ...FRAMING, isLast: true }, ['Content-Length: 4', 'Date', 'close']],
    ['in chunks', CHUNKED, ['Date', 'Transfer-Encoding: chunked', 'keep-alive']],
    ['in chunks, the last', { ...CHUNKED, isLast: true }, ['Date', 'Transfer-Encoding: chunked', 'close']],
    ['without a length in HTTP/1.0', { ...CHUNKED, version: 10 }, ['Date', 'close']],
  ])('says once what the connection needs: %s', (_name, framing, expected) => {
    const linesOf = (headers: string[]): string[] => {
      const lines = answerHead(answerOf({ headers }), framing).text.split('\r\n');
      expect([lines[0], ...lines.slice(-2)]).toEqual(['HTTP/1.1 200 OK', '', '']);
      return lines.slice(1, -2).map((line) => line.replace(/^Connection: |(?<=^Date): .*GMT$/g, ''));
    };
    expect(linesOf([])).toEqual(expected);
    expect(linesOf(OWN_DATE)).toEqual(['Date', ...expected.filter((line) => line !== 'Date')]);
  });

  it('has the time of the second', () => {
    const date = /^Date: (.*)\r\n/m.exec(answerHead(answerOf({}), FRAMING).text)?.[1] ?? '';
    expect(new Date(date).toUTCString()).toBe(date);
    expect(Math.abs(Date.now() - Date.parse(date))).toBeLessThan(2000);
  });
});

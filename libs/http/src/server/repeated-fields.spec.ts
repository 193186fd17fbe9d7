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

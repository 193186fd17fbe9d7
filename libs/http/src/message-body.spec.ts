import { MessageBody, NO_BODY } from './message-body';

const bytes = (text: string): Uint8Array => Buffer.from(text);

it('gives its pieces as one, once', () => {
  const body = new MessageBody(4, undefined);
  for (const piece of ['a', 'bc', 'd']) body.push(bytes(piece));
  expect(body.whole()).toBeUndefined();
  body.end();
  expect(body.whole()?.toString()).toBe('abcd');
  expect(body.whole()).toHaveLength(0);
});

it('what comes behind the end is no part of it', async () => {
  const body = new MessageBody(1, undefined);
  body.push(bytes('a'));
  body.end();
  body.push(bytes('b'));
  expect(Buffer.from(await body.gather(10)).toString()).toBe('a');
});

it('the one body of all messages that have none stays empty, whatever is done to it', async () => {
  NO_BODY.push(bytes('a'));
  NO_BODY.fail(new Error('broken'));
  for await (const piece of NO_BODY.stream()) throw new Error(`a piece of ${piece.byteLength}`);
  NO_BODY.cancel();
  expect(await NO_BODY.gather(0)).toHaveLength(0);
  expect([NO_BODY.isHere, NO_BODY.isStreamed, NO_BODY.length]).toEqual([true, false, 0]);
});

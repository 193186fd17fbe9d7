import { bad, refusal } from '../testing/graphs';
import { readApiKeyFile } from './api-key-file';
import { newApiKey, newKeyValue, requireKeyValue, updateApiKey } from './api-keys';

describe('a new API key', () => {
  it('is disabled and has no member that was not given', () => {
    const plain = { id: 'k1', enabled: false, createdDate: 5, lastUpdatedDate: 5, stageKeys: [] };
    expect(newApiKey({}, 'k1', 5)).toEqual(plain);
    expect(newApiKey({ name: '', description: '', customerId: '', tags: {} }, 'k1', 5)).toEqual(plain);
  });

  it('keeps what was given, and its stages as AWS writes them', () => {
    const given = { name: 'n', description: 'd', customerId: 'c', enabled: true, tags: { team: 'a' } };
    const key = newApiKey({ ...given, stageKeys: [{ restApiId: 'a', stageName: 's' }] }, 'k1', 5);
    expect(key).toMatchObject({ ...given, stageKeys: ['a/s'] });
  });

  it.each([
    [{ name: 'n'.repeat(1025) }, 'Invalid API Key name, can be at most 1024 characters.'],
    [{ description: 'd'.repeat(125_001) }, 'Invalid API Key description specified.'],
    [{ tags: { 'aws:x': 'y' } }, 'Tag keys that start with aws: are reserved'],
  ])('is refused with too much: %#', (input, message) => {
    expect(refusal(() => newApiKey(input, 'k1', 5))).toBe(bad(message));
  });
});

describe('the value of a key', () => {
  it.each([
    ['a'.repeat(19), 'API Key value should be at least 20 characters'],
    ['a'.repeat(129), 'API Key value exceeds maximum size of 128 characters'],
    [`${'a'.repeat(20)} `, 'API Key value must consist of visible ASCII characters'],
    ['ā'.repeat(20), 'API Key value must consist of visible ASCII characters'],
  ])('is not %j', (value, message) => {
    expect(refusal(() => requireKeyValue(value))).toBe(bad(message));
  });

  it('is 20 to 128 characters', () => {
    for (const length of [20, 128]) expect(requireKeyValue('~'.repeat(length))).toHaveLength(length);
  });

  it('is generated of 40 letters and digits, each as likely as any other', () => {
    const only = (byte: number) => (count: number) => new Uint8Array(count).fill(byte);
    const letters = Array.from({ length: 248 }, (_, byte) => newKeyValue(only(byte)));
    expect(new Set(letters).size).toBe(62);
    for (const value of letters) {
      expect(value).toMatch(/^([A-Za-z0-9])\1{39}$/);
      expect(letters.filter((other) => other === value)).toHaveLength(4);
    }
    const passedOver = Uint8Array.from([248, 255, ...new Array<number>(62).fill(0)]);
    expect(newKeyValue(() => passedOver)).toBe('A'.repeat(40));
  });
});

describe('patches of a key', () => {
  const patched = (op: string, path: string, value: string) => {
    const key = newApiKey({ name: 'n', stageKeys: [{ restApiId: 'a', stageName: 's' }] }, 'k1', 5);
    updateApiKey(key, [{ op, path, value }], 9);
    return key;
  };

  it.each([
    ['replace', '/name', 'x', { name: 'x' }],
    ['replace', '/description', 'x', { description: 'x' }],
    ['replace', '/customerId', 'x', { customerId: 'x' }],
    ['replace', '/enabled', 'TRUE', { enabled: true }],
    ['replace', '/enabled', 'not-a-boolean', { enabled: false }],
    ['add', '/stages', 'b/s', { stageKeys: ['a/s', 'b/s'] }],
    ['remove', '/stages', 'a/s', { stageKeys: [] }],
  ])('%s %s %s', (op, path, value, wanted) => {
    expect(patched(op, path, value)).toMatchObject({ ...wanted, lastUpdatedDate: 9 });
  });

  it.each([
    [
      'replace',
      '/id',
      "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
    ],
    ['add', '/value', "Invalid patch path  '/value' specified for op 'add'. Must be one of: [/stages]"],
  ])('refuse %s %s', (op, path, message) => {
    expect(refusal(() => patched(op, path, 'x'))).toBe(bad(message));
  });

  it('hold the limits of a new key', () => {
    expect(refusal(() => patched('replace', '/description', 'd'.repeat(125_001)))).toBe(
      bad('Invalid API Key description specified.'),
    );
  });
});

describe('a file of keys', () => {
  const value = (letter: string): string => letter.repeat(30);

  it('has its columns in any order and any case, quoted or not', () => {
    const text = `\uFEFFKEY,Name,enabled,UsagePlanIds,description\r\n${value('a')},first,true,"p1, p2","says ""hi"",\nand more"\r\n\r\n${value('b')},second,,,`;
    expect(readApiKeyFile(text)).toEqual([
      {
        name: 'first',
        value: value('a'),
        description: 'says "hi",\nand more',
        enabled: true,
        usagePlanIds: ['p1', 'p2'],
      },
      { name: 'second', value: value('b'), description: '', enabled: false, usagePlanIds: [] },
    ]);
  });

  it('may end with or without a line break, and hold no key at all', () => {
    expect(readApiKeyFile(`name,key\n`)).toEqual([]);
    expect(readApiKeyFile(`name,key\na,${value('a')}`)).toHaveLength(1);
    expect(readApiKeyFile(`name,key\na,${value('a')}\n`)).toHaveLength(1);
  });

  it.each([
    ['', 'no column name'],
    ['name\nx', 'no column key'],
    ['name,key,color\n', 'Invalid column in API Key file: color'],
    ['name,key,Key\n', 'a column stands there twice'],
    [`name,key\nx,${'a'.repeat(29)}`, 'at least 30 characters'],
    [`name,key\nx`, '1 instead of 2 values in record 2'],
    [`name,key\nx,${value('a')}\ny,${value('a')}`, 'the same key twice'],
    [`name,key\nx,"${value('a')}`, 'not well-formed'],
    [`name,key\nx,${value('a')}"`, 'not well-formed'],
  ])('is refused: %j', (text, message) => {
    const answer = refusal(() => readApiKeyFile(text));
    expect(answer).toMatch(/^BadRequestException/);
    expect(answer).toContain(message);
  });
});

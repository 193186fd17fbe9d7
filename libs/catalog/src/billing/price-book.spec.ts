import { CatalogFault } from '../fault';
import { billingMonth } from './billing-month';
import { EXAMPLE_PRICE_BOOK } from './price-book';
import { readPriceBook } from './read-price-book';

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof CatalogFault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};
/** The example with another value at the path; `undefined` takes the member out. */
const bookWith = (path: readonly (string | number)[], value: unknown): Record<string, unknown> => {
  const book = structuredClone(EXAMPLE_PRICE_BOOK) as unknown as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>((at, name) => at[name] as never, book);
  if (value === undefined) delete parent[last];
  else Object.defineProperty(parent, last, { value, enumerable: true });
  return book;
};

describe('a price book', () => {
  it('is the document as it was given', () => {
    expect(readPriceBook(bookWith(['currency'], 'EUR'))).toEqual({ ...EXAMPLE_PRICE_BOOK, currency: 'EUR' });
  });

  const priceFault =
    'must be a decimal as text, such as "3.50", with up to 9 digits before and 10 behind the point';
  it.each<[path: readonly (string | number)[], value: unknown, message: string]>([
    [['currency'], 'EURO', 'currency must be a code of ISO 4217, such as USD'],
    [['currency'], 'usd', 'currency must be a code of ISO 4217, such as USD'],
    [['currency'], undefined, 'currency is missing'],
    [['calls'], [], 'calls must be an object'],
    [['calls', 'REST'], [], 'calls.REST must be a list of 1 to 20 tiers'],
    [['calls', 'REST'], Array(21).fill({ price: '1' }), 'calls.REST must be a list of 1 to 20 tiers'],
    [['calls', 'SOAP'], [{ price: '1' }], 'Unknown member calls.SOAP. Known are: REST, HTTP'],
    [['calls', 'REST', 0], null, 'calls.REST[0] must be an object'],
    [['calls', 'REST', 3], 1, 'calls.REST[3] must be an object'],
    [['calls', 'REST', 0, 'upTo'], undefined, 'calls.REST[0].upTo is missing'],
    [['calls', 'REST', 0, 'upTo'], 0, 'calls.REST[0].upTo must be a whole number above 0'],
    [['calls', 'REST', 1, 'upTo'], 333_000_000, 'calls.REST[1].upTo must be a whole number above 333000000'],
    [['calls', 'REST', 1, 'upTo'], 4e8 + 0.5, 'calls.REST[1].upTo must be a whole number above 333000000'],
    [['calls', 'REST', 3, 'upTo'], 3e10, 'calls.REST[3].upTo must be left out: the last tier is open'],
    [['calls', 'HTTP', 1, 'price'], 0.9, `calls.HTTP[1].price ${priceFault}`],
    [['calls', 'HTTP', 1, 'price'], '-1', `calls.HTTP[1].price ${priceFault}`],
    [['calls', 'HTTP', 1, 'price'], '1e3', `calls.HTTP[1].price ${priceFault}`],
    [['calls', 'HTTP', 1, 'price'], '0.12345678901', `calls.HTTP[1].price ${priceFault}`],
    [['dataOut'], [{ price: '1', per: 'GB' }], 'Unknown member dataOut[0].per. Known are: price'],
    [['cacheHours', '118'], undefined, 'cacheHours["118"] is missing'],
    [['cacheHours', '0.5'], '', `cacheHours["0.5"] ${priceFault}`],
    [
      ['cacheHours', '2'],
      '1',
      'Unknown member cacheHours["2"]. Known are: 118, 237, 0.5, 1.6, 6.1, 13.5, 28.4, 58.2',
    ],
    [['webSocket', 'messages'], undefined, 'webSocket.messages is missing'],
    [
      ['__proto__'],
      {},
      'Unknown member ["__proto__"]. Known are: currency, calls, dataOut, cacheHours, webSocket',
    ],
  ])('with %j as %j is refused', (path, value, message) => {
    expect(refusal(() => readPriceBook(bookWith(path, value)))).toBe(`BadRequestException: ${message}`);
  });
});

describe('a month', () => {
  it('begins and ends at midnight UTC', () => {
    const { startMs, endMs } = billingMonth('2024-02');
    expect([startMs, endMs].map((ms) => new Date(ms).toISOString())).toEqual([
      '2024-02-01T00:00:00.000Z',
      '2024-03-01T00:00:00.000Z',
    ]);
  });

  it.each(['2024-13', '2024-00', '2024-2', '24-02', '2024-02-01', '0000-01', '', '2024-02\n'])(
    'is not written %j',
    (name) => {
      expect(refusal(() => billingMonth(name))).toContain('must be given as yyyy-mm');
    },
  );
});

/** Price books over a real database: what is put, and which months it prices. */
import { EXAMPLE_PRICE_BOOK, type PriceBook } from '@gatehouse/catalog';
import { problemOf, startBilling, type BillingUnderTest } from './testing/billing';
import { meterRow } from './testing/meter-row';

jest.setTimeout(60_000);
let billing: BillingUnderTest;
beforeAll(async () => {
  billing = await startBilling();
});
afterAll(() => billing.stop());

const bookOf = (currency: string): PriceBook & Record<string, unknown> => ({
  ...EXAMPLE_PRICE_BOOK,
  currency,
});

describe('the price book', () => {
  it('is the example until one is put, and then that one', async () => {
    expect(await (await billing.native('price-book')).json()).toEqual({
      source: 'example',
      book: EXAMPLE_PRICE_BOOK,
    });
    const put = await billing.native('price-book', { method: 'PUT', body: JSON.stringify(bookOf('EUR')) });
    const stored = { source: 'own', validFrom: expect.any(String), book: bookOf('EUR') };
    expect([put.status, await put.json()]).toEqual([200, stored]);
    expect(await (await billing.native('price-book')).json()).toEqual(stored);
  });

  it('is refused with the member named, and nothing of it is kept', async () => {
    const before = await (await billing.native('price-book')).json();
    const body = JSON.stringify({ ...bookOf('USD'), dataOut: [{ price: 0.09 }] });
    const answer = await billing.native('price-book', { method: 'PUT', body });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await problemOf(answer)).toEqual([
      400,
      expect.stringContaining('dataOut[0].price must be a decimal'),
    ]);
    expect(await (await billing.native('price-book')).json()).toEqual(before);
  });

  it('prices a month as it was at its end, whatever is put later', async () => {
    const account = billing.freshAccount();
    await billing.meter(meterRow('2024-02-10T10:00Z', { accountId: account, calls: 3 }));
    const example = await billing.statementAt('2024-03-01T00:00Z', '2024-02', account);
    expect([example.status, example.priceBook]).toEqual(['final', { source: 'example' }]);
    await billing.booksAt('2024-03-01T00:00Z').put(account, bookOf('EUR'));
    expect(await billing.statementAt('2024-05-01T00:00Z', '2024-02', account)).toEqual(example);
    await billing.booksAt('2024-03-31T23:59:59.999Z').put(account, bookOf('CHF'));
    await billing.booksAt('2024-04-01T00:00Z').put(account, bookOf('JPY'));
    const months = ['2024-02', '2024-03', '2024-04'].map((month) =>
      billing.statementAt('2024-05-01T00:00Z', month, account),
    );
    expect(
      (await Promise.all(months)).map(({ currency, priceBook }) => [currency, priceBook.validFrom]),
    ).toEqual([
      ['USD', undefined],
      ['CHF', '2024-03-31T23:59:59.999Z'],
      ['JPY', '2024-04-01T00:00:00.000Z'],
    ]);
  });

  it('of another account is none of ours', async () => {
    const [one, other] = [billing.freshAccount(), billing.freshAccount()];
    await billing.booksAt('2024-01-01T00:00Z').put(one, bookOf('EUR'));
    expect((await billing.statementAt('2024-03-01T00:00Z', '2024-02', one)).currency).toBe('EUR');
    expect((await billing.statementAt('2024-03-01T00:00Z', '2024-02', other)).currency).toBe('USD');
  });
});

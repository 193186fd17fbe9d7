/**
 * A statement as CSV (RFC 4180), one row for each thing that was counted or charged. `scope` says whose it is: rows of `account`
 * split the whole by tier, rows of `api` and `key` divide it; so only rows of one scope sum up.
 */
import type { Statement, StatementApi, StatementCounts, StatementKey, StatementLine } from './statement';

type Cell = string | number;
type Row = Readonly<Record<string, Cell | undefined>>;

const COLUMNS = [
  ...['month', 'status', 'upTo', 'priceBook'],
  ...['scope', 'apiId', 'apiName', 'kind', 'stage', 'keyId', 'keyName'],
  ...['meter', 'tier', 'quantity', 'unit', 'price', 'per', 'amount', 'currency'],
];

/** Ends with CRLF; begins with the names of the columns. */
export function statementCsv(statement: Statement): string {
  const { month, status, upTo, priceBook, currency } = statement;
  const ofAll: Row = { month, status, upTo, priceBook: priceBook.source };
  const rows = rowsOf(statement).map((row) => {
    const whole: Row = { ...row, ...ofAll, ...(row.amount !== undefined && { currency }) };
    return COLUMNS.map((column) => fieldOf(whole[column]));
  });
  return [COLUMNS, ...rows].map((fields) => `${fields.join(',')}\r\n`).join('');
}

function rowsOf({ totals, lines, apis, keys, projection }: Statement): Row[] {
  const { amount, payable } = totals;
  return [
    ...lines.map((line) => ({ scope: 'account', ...line })),
    ...countRows({ scope: 'account' }, totals),
    { scope: 'total', meter: 'amount', amount },
    { scope: 'total', meter: 'payable', amount: payable },
    ...apis.flatMap(apiRows),
    ...keys.flatMap((key) => useRows({ scope: 'key', ...namesOf(key) }, key)),
    ...(projection ? projectionRows(projection) : []),
  ];
}

function apiRows(api: StatementApi): Row[] {
  const { apiId, name: apiName, kind, caches, keys } = api;
  const own = { apiId, apiName, kind };
  return [
    ...useRows({ scope: 'api', ...own }, api),
    ...caches.map(({ stage, size, seconds, amount }) => ({
      ...{ scope: 'api', ...own, stage, meter: `cacheHours.${size}` },
      ...{ quantity: seconds, unit: 'second', amount },
    })),
    ...keys.flatMap((key) => useRows({ scope: 'api key', ...own, ...namesOf(key) }, key)),
  ];
}

const namesOf = ({ keyId, name }: StatementKey): Row => ({ keyId, keyName: name });

function useRows(of: Row, use: Omit<StatementKey, 'keyId'>): Row[] {
  const { billed, bytesOut, charges } = use;
  return [
    { ...of, meter: 'billed', quantity: billed, unit: 'call', amount: charges.calls },
    { ...of, meter: 'dataOut', quantity: bytesOut, unit: 'byte', amount: charges.dataOut },
    ...countRows(of, use),
  ];
}

/** What is counted and has no price. */
function countRows(of: Row, { calls, bytesIn, cacheHits }: StatementCounts): Row[] {
  return [
    { ...of, meter: 'calls', quantity: calls, unit: 'call' },
    { ...of, meter: 'bytesIn', quantity: bytesIn, unit: 'byte' },
    { ...of, meter: 'cacheHits', quantity: cacheHits, unit: 'call' },
  ];
}

function projectionRows(projection: {
  lines: readonly StatementLine[];
  amount: string;
  payable: string;
}): Row[] {
  const scope = 'projection';
  return [
    ...projection.lines.map((line) => ({ scope, ...line })),
    { scope, meter: 'amount', amount: projection.amount },
    { scope, meter: 'payable', amount: projection.payable },
  ];
}

/** What a spreadsheet may take for a formula (OWASP, "CSV Injection"), with or without white space before it. */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

/** Texts come from users: an apostrophe in front keeps a spreadsheet from running them. */
function fieldOf(cell: Cell | undefined): string {
  if (typeof cell !== 'string') return String(cell ?? '');
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

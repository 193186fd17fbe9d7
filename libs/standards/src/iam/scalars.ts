/** Numbers and dates as conditions write them (IAM user guide, "Numeric" and "Date condition operators"). */

/** An integer or decimal number; with an exponent too, since JSON numbers stand without quotes. Compared as doubles. */
export function numberOf(text: string): number | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  return finite(Number(text));
}

const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12]\\d|3[01])';
const HOUR = '(?:[01]\\d|2[0-3])';
const ZONE = `(?:Z|[+-]${HOUR}:[0-5]\\d)`;
const TIME = `T${HOUR}:[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?${ZONE}`;
const ISO_DATE = new RegExp(`^(\\d{4}(?:-${MONTH}(?:-${DAY})?)?)$|^(\\d{4}-${MONTH}-${DAY})${TIME}$`);

/**
 * Milliseconds since 1970. The W3C profile of ISO 8601, where a time has a zone (without one it would hang on the machine's),
 * or seconds since 1970 in digits. Four digits alone are a year.
 */
export function dateOf(text: string): number | undefined {
  const [, alone, beforeTime] = ISO_DATE.exec(text) ?? [];
  const day = alone ?? beforeTime;
  if (day !== undefined) return isInCalendar(day) ? Date.parse(text) : undefined;
  return /^\d+(?:\.\d+)?$/.test(text) ? finite(Number(text) * 1000) : undefined;
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isInCalendar(day: string): boolean {
  return new Date(day).toISOString().startsWith(day);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

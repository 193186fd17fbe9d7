/**
 * AWS access-log formats: text with `$context.x` variables, compiled once (developer guide, "Set up CloudWatch API
 * logging"). Unknown or absent variables print `-`. Values are escaped as inside a JSON string, so that one request is
 * one line whatever a client sends, and are cut at 2 KB.
 */
export type LogFormat<T> = (subject: T) => string;

export type LogVariable<T> = (subject: T) => string | undefined;

const VARIABLE = /\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)*)/g;
const LONGEST_VALUE = 2048;

/** `variableOf` is asked once per variable, at compile time; `undefined` = there is no such variable. */
export function compileLogFormat<T>(
  format: string,
  variableOf: (name: string) => LogVariable<T> | undefined,
): LogFormat<T> {
  const pieces: (string | LogVariable<T>)[] = [];
  const oneLine = format.replace(/[\r\n]+/g, ' ').trim();
  let from = 0;
  for (const found of oneLine.matchAll(VARIABLE)) {
    pieces.push(oneLine.slice(from, found.index), readerOf(found[1] ?? '', variableOf));
    from = found.index + found[0].length;
  }
  pieces.push(oneLine.slice(from));
  return (subject) => {
    let line = '';
    for (const piece of pieces) line += typeof piece === 'string' ? piece : (piece(subject) ?? '-');
    return line;
  };
}

function readerOf<T>(
  name: string,
  variableOf: (name: string) => LogVariable<T> | undefined,
): string | LogVariable<T> {
  const variable = variableOf(name);
  if (variable === undefined) return '-';
  // `messageString` is the one variable that AWS defines as already quoted.
  if (name.endsWith('.messageString')) return variable;
  return (subject) => {
    const value = variable(subject);
    return value === undefined || value === '' ? '-' : escapeLogValue(value);
  };
}

/** As inside a JSON string, without the quotes. */
export function escapeLogValue(value: string): string {
  const short = value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE) : value;
  return needsEscape(short) ? escapeSeparators(JSON.stringify(short).slice(1, -1)) : short;
}

/** JSON leaves U+2028, U+2029, DEL and C1 controls alone; some log readers end a line there or act on them. */
function escapeSeparators(text: string): string {
  return text.replace(
    /[\u2028\u2029\u007f-\u009f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function needsEscape(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return true;
  }
  return false;
}

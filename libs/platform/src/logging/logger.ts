/** Operational log: one JSON object a line on a stream. Nothing is logged per request. */
import type { LogLevel } from '../config/config';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export interface LogTarget {
  write(line: string): unknown;
}

export function createLogger(level: LogLevel, target: LogTarget = process.stderr): Logger {
  const limit = LEVELS.indexOf(level);
  const write = (at: LogLevel) => (message: string, fields?: Fields) => {
    if (LEVELS.indexOf(at) > limit) return;
    target.write(`${JSON.stringify({ time: new Date().toISOString(), level: at, message, ...fields })}\n`);
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

/** What may be said of an error in a log: its message, on one line, cut at 500 characters. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 500);
}

/** A fault of our own while a socket is read: it costs that one connection, never the process. */
export type OnDefect = (error: unknown) => void;

/** Without a listener it is at least seen: a warning of the process. */
export const warnOfDefect: OnDefect = (error) => {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
};

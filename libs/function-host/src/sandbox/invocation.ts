/** One call of a function, and how it went. */

export interface Invocation {
  /** UUID; the function sees it, and its answer names it. */
  readonly requestId: string;
  /** JSON text. */
  readonly payload: Uint8Array;
  /** As it was called, with the qualifier of the call. */
  readonly functionArn: string;
  /** `X-Amzn-Trace-Id`. */
  readonly traceId: string;
  /** JSON text of the caller's `ClientContext`. */
  readonly clientContext?: string;
}

export interface Outcome {
  /** The function's answer, or `{ errorMessage, errorType, ... }`. */
  readonly payload: Buffer;
  readonly failed: boolean;
}

/** An error as Lambda reports it to the caller. */
export function failure(errorMessage: string, errorType?: string): Outcome {
  const error = { ...(errorType !== undefined && { errorType }), errorMessage };
  return { payload: Buffer.from(JSON.stringify(error)), failed: true };
}

/** `2026-11-25T04:00:00.000Z {requestId} Task timed out after 3.00 seconds` */
export function timedOut(requestId: string, seconds: number): Outcome {
  return failure(
    `${new Date().toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

/** The process ended without an answer; `how` is e.g. `exit status 1` or `signal: killed`. */
export function exited(requestId: string, how: string): Outcome {
  const why =
    how === 'exit status 0'
      ? 'Runtime exited without providing a reason'
      : `Runtime exited with error: ${how}`;
  return failure(`RequestId: ${requestId} Error: ${why}`, 'Runtime.ExitError');
}

/**
 * Tells those who work for somebody that he has gone. An `AbortSignal` is a `CancelSignal`; ours has no events behind it, since
 * one is listened to for every request.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  /** The listener is called once. Not at all when it was aborted before. */
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export class Cancellation implements CancelSignal {
  aborted = false;
  /** Most have one listener, so it has no list. */
  private first: (() => void) | undefined = undefined;
  private others: (() => void)[] | undefined = undefined;

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted) return;
    if (this.first === undefined && this.others === undefined) this.first = listener;
    else (this.others ??= []).push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.first === listener) this.first = undefined;
    else this.others = this.others?.filter((other) => other !== listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    const { first, others } = this;
    this.first = this.others = undefined;
    first?.();
    if (others !== undefined) for (const listener of others) listener();
  }
}

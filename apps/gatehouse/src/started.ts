/** What was started, last first: a failed start stops what runs already. */
export class Started {
  private readonly stops: (() => Promise<unknown>)[] = [];

  keep<T>(part: T, stop: (part: T) => Promise<unknown>): T {
    this.stops.unshift(() => stop(part));
    return part;
  }

  async stopAll(): Promise<void> {
    for (const stop of this.stops.splice(0)) await stop();
  }
}

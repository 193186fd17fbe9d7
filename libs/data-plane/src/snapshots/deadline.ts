/** No call to the feed may wait without end: a frozen server must stop neither the timer that asks again nor the drain. */
export async function within<T>(ms: number, what: string, stop: AbortSignal, work: Promise<T>): Promise<T> {
  let settle = (): void => undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
    const onStop = (): void => reject(new Error('stopped'));
    stop.addEventListener('abort', onStop);
    settle = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    };
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    settle();
  }
}

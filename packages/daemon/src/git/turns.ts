/** Lets one piece of work run at a time, in the order in which they ask. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** @throws the signal's reason when it is aborted while waiting, or what `work` throws */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    this.#last = before.then(() => done);
    try {
      await untilAborted(before, signal);
      return await work();
    } finally {
      finish();
    }
  }
}

/** What the promise gives, or the signal's reason when that comes first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as unknown);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as unknown);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Does a task with a limit of time that leaves nothing behind: thousands of requests a minute would each keep
 * the timer of an `AbortSignal.timeout` until that has run out.
 * @param tooLate - the error when the time was over first
 * @throws whatever the task throws, and the reason of `signal` when that ended it
 */
export async function withinTime<T>(
  ms: number,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
  tooLate: (cause: unknown) => Error,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const stop = (): void => own.abort(signal.reason);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    own.abort(new DOMException('too late', 'TimeoutError'));
  }, ms);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await task(own.signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw isLate ? tooLate(cause) : cause;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

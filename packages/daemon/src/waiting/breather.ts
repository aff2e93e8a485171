import { setImmediate } from 'node:timers/promises';

/** How long others wait at most, in milliseconds. */
const longestMs = 15;

/**
 * For work that takes long without waiting for anything: called between its steps, it lets the others have
 * their turn every now and then.
 */
export function createBreather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestMs) return;
    await setImmediate();
    since = performance.now();
  };
}

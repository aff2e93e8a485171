import { setImmediate as turn } from 'node:timers/promises';

/** Lets everybody else have a turn, when long work has held them up for some milliseconds. */
export type Breather = () => Promise<void> | undefined;

const sliceMs = 10;

/** For one piece of work that takes long without waiting for anything; to be awaited between its steps. */
export function createBreather(): Breather {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return turn().then(() => {
      since = performance.now();
    });
  };
}

/** Goes through a list of any length. */
export async function eachWithBreath<Item>(
  items: Iterable<Item>,
  breathe: Breather,
  task: (item: Item, index: number) => void,
): Promise<void> {
  let index = 0;
  for (const item of items) {
    task(item, index);
    index += 1;
    if (index % 100 === 0) await breathe();
  }
}

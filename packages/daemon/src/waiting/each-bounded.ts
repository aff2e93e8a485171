/** Does a task for each item, so many at once; `stop` ends it before the next one. */
export async function eachBounded<Item>(
  items: readonly Item[],
  atOnce: number,
  stop: () => boolean,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const item of rest) {
      if (stop()) return;
      await task(item);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atOnce, items.length)) }, work));
}

/** How many tasks run at a time: more while the other side keeps up, fewer when it says that it is busy. */
export interface AdaptiveLimit {
  /** Runs a task as soon as there is room. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** The other side is busy. */
  shrink(): void;
}

export function createAdaptiveLimit(start: number, most: number): AdaptiveLimit {
  let limit = start;
  let running = 0;
  const waiting: (() => void)[] = [];

  const release = (): void => {
    running -= 1;
    while (running < Math.floor(limit) && waiting.length > 0) {
      running += 1;
      waiting.shift()?.();
    }
  };

  return {
    async run(task) {
      if (running < Math.floor(limit)) running += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        const result = await task();
        limit = Math.min(most, limit + 1 / limit);
        return result;
      } finally {
        release();
      }
    },
    shrink() {
      limit = Math.max(1, limit / 2);
    },
  };
}

/** How many tasks run at a time: more while the other side keeps up, fewer when it says that it is busy. */
export interface AdaptiveLimit {
  /** Runs a task as soon as there is room. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** The other side is busy. What comes of what was under way by then is the same news, told once. */
  shrink(): void;
  /** How many may run now. */
  readonly size: number;
}

export function createAdaptiveLimit(start: number, most: number): AdaptiveLimit {
  let limit = start;
  let running = 0;
  /** Tasks that must end before the next news of being busy counts. */
  let deaf = 0;
  const waiting: (() => void)[] = [];
  let next = 0;

  const release = (): void => {
    running -= 1;
    deaf = Math.max(0, deaf - 1);
    while (running < Math.floor(limit)) {
      const resume = waiting[next];
      if (!resume) break;
      next += 1;
      running += 1;
      resume();
    }
    if (next === waiting.length) {
      waiting.length = 0;
      next = 0;
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
      if (deaf > 0) return;
      limit = Math.max(1, limit / 2);
      deaf = running;
    },
    get size() {
      return Math.floor(limit);
    },
  };
}

import { createPace } from './pace.ts';

/** How many tasks run at a time: more while the other side keeps up, fewer when it slows down or says that it is busy. */
export interface AdaptiveLimit {
  /** Runs a task as soon as there is room. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** The other side is busy. What comes of what was under way by then is the same news, told once. */
  shrink(): void;
  /** How many may run now. */
  readonly size: number;
}

/** @param clock - in milliseconds, from any time on */
export function createAdaptiveLimit(
  start: number,
  most: number,
  clock: () => number = () => performance.now(),
): AdaptiveLimit {
  const pace = createPace(start, most);
  let running = 0;
  /** Tasks that must end before there is news again. */
  let deaf = 0;
  const waiting: (() => void)[] = [];
  let next = 0;

  const release = (): void => {
    running -= 1;
    deaf = Math.max(0, deaf - 1);
    while (running < pace.size) {
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
      if (running < pace.size) running += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const begun = clock();
      try {
        const result = await task();
        // A few tasks alone do not show how many would be too many.
        const isFull = next < waiting.length;
        if (deaf === 0 && isFull && pace.answered(clock() - begun)) deaf = running;
        return result;
      } finally {
        release();
      }
    },
    shrink() {
      if (deaf > 0) return;
      pace.halve();
      deaf = running;
    },
    get size() {
      return pace.size;
    },
  };
}

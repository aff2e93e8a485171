/** Lets a loop sleep until there is something to do. */
export interface Wake {
  wake(): void;
  /** Ends after so many milliseconds, at a call of `wake` (also one before), or when aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  let pending = false;
  let end: (() => void) | undefined;
  return {
    wake() {
      pending = true;
      end?.();
    },
    async wait(ms, signal) {
      if (!pending && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener('abort', end, { once: true });
        });
        if (end) signal.removeEventListener('abort', end);
        end = undefined;
      }
      pending = false;
    },
  };
}

/** The lines that a daemon has logged, and those that it will. */
export interface DaemonLog {
  readonly lines: readonly string[];
  add(line: string): void;
  /**
   * The first line at or behind index `from` that matches, waiting for it if need be.
   * @throws {Error} after `withinMs`, or when `signal` ends it
   */
  find(pattern: RegExp, options: FindOptions): Promise<{ readonly line: string; readonly index: number }>;
}

export interface FindOptions {
  readonly from?: number;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

export function createDaemonLog(): DaemonLog {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  return {
    lines,
    add(line) {
      lines.push(line);
      for (const listener of [...listeners]) listener();
    },
    async find(pattern, { from = 0, withinMs, signal }) {
      const late = AbortSignal.timeout(withinMs);
      const end = AbortSignal.any([signal, late]);
      for (let index = from; ; index++) {
        while (index >= lines.length) {
          if (end.aborted) {
            signal.throwIfAborted();
            throw new Error(`fluxd has not logged ${pattern} within ${withinMs / 1000} s`);
          }
          await nextLine(listeners, end);
        }
        const line = lines[index] ?? '';
        if (pattern.test(line)) return { line, index };
      }
    },
  };
}

/** Until there is a line more, or the end. */
async function nextLine(listeners: Set<() => void>, end: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  listeners.add(resolve);
  end.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  listeners.delete(resolve);
}

import { ServerError } from '@fluxctl/shared/errors';

/** Ends work that makes no progress for a time, however long it takes as a whole. */
export interface StallGuard extends Disposable {
  /** Aborted by the outer signal, or when there was no progress for too long. */
  readonly signal: AbortSignal;
  /** Something moved forward. `doing` says what is being done now, for people. */
  progress(doing?: string): void;
}

export class StalledError extends ServerError {
  constructor(doing: string, limitMs: number) {
    super(`no progress for ${limitMs / 1000}s while ${doing}`, {
      help: 'Is the API server or the git host slow? The limit is --sync-timeout.',
    });
  }
}

export function guardAgainstStall(
  outer: AbortSignal,
  limitMs: number,
  onDoing: (doing: string) => void,
): StallGuard {
  const own = new AbortController();
  let doing = '';
  const timer = setTimeout(() => own.abort(new StalledError(doing, limitMs)), limitMs);
  return {
    signal: AbortSignal.any([outer, own.signal]),
    progress(now) {
      timer.refresh();
      if (now === undefined) return;
      doing = now;
      onDoing(now);
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      onDoing('');
    },
  };
}

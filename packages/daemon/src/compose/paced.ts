/**
 * A task that is done a moment after it is asked for, once for many who ask, and not too often.
 * @param now - milliseconds since 1970
 */
export function paced(
  task: () => void,
  { gatherMs, pauseMs }: { readonly gatherMs: number; readonly pauseMs: number },
  now: () => number,
): () => void {
  let isAsked = false;
  let notBefore = 0;
  const act = (): void => {
    isAsked = false;
    notBefore = now() + pauseMs;
    task();
  };
  return () => {
    if (isAsked) return;
    isAsked = true;
    setTimeout(act, Math.max(gatherMs, notBefore - now())).unref();
  };
}

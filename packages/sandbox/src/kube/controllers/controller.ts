import type { Store, StoreEvent } from '../store/store.ts';

/** Something that works towards a state of the store. */
export interface Controller {
  /** Whether a change may be its business. */
  concerns(event: StoreEvent): boolean;
  /** Looks at what is there and does what is to be done; called again after each change that concerns it. */
  reconcile(): void;
}

/**
 * Runs controllers, a moment after each change as on a real cluster, never inside of the request that
 * made it.
 * @param onError - what a controller could not do; it is tried again at its next event
 * @returns ends them
 */
export function runControllers(
  store: Store,
  controllers: readonly Controller[],
  onError: (error: unknown) => void,
): () => void {
  const due = new Set<Controller>();
  let ended = false;
  let scheduled = false;
  const work = (): void => {
    scheduled = false;
    if (ended) return;
    const now = [...due];
    due.clear();
    for (const controller of now) {
      try {
        controller.reconcile();
      } catch (error) {
        onError(error);
      }
    }
  };
  const stop = store.listen((event) => {
    for (const controller of controllers) if (controller.concerns(event)) due.add(controller);
    if (due.size === 0 || scheduled) return;
    scheduled = true;
    setImmediate(work);
  });
  return () => {
    ended = true;
    stop();
  };
}

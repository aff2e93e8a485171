/** Waits that grow: the first is about `firstMs`, each further one twice as long, none above `capMs`. */
export interface BackOffOptions {
  readonly firstMs: number;
  readonly capMs: number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Wait before try `attempt` (1, 2, …) in ms: between half and all of the doubled wait. */
export function backOff(attempt: number, { firstMs, capMs, random }: BackOffOptions): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (random() * full) / 2;
}

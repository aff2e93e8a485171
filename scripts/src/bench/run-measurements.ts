import type { Bench, Measurement } from './bench.ts';
import { isCount, type Row } from './row.ts';

export interface MeasurementRun extends Omit<Bench, 'share'> {
  /** What a measurement has given. */
  taken(name: string, rows: readonly Row[]): void;
  /** A measurement that has not come to its end; the others are worth having all the same. */
  failed(name: string, error: unknown): void;
}

/** Takes all figures, one measurement after the other. */
export async function runMeasurements(
  groups: readonly (readonly Measurement[])[],
  { taken, failed, ...common }: MeasurementRun,
): Promise<void> {
  for (const group of groups) {
    await using shared = new AsyncDisposableStack();
    const bench: Bench = { ...common, share: shareIn(shared, () => bench) };
    for (const { name, measure } of group) {
      bench.tell(name);
      try {
        const rows = await measure(bench);
        // Times by themselves say little after so few runs.
        taken(
          name,
          rows.filter((row) => !bench.quick || row.ratio !== undefined || isCount(row.unit)),
        );
      } catch (error) {
        bench.signal.throwIfAborted();
        failed(name, error);
      }
    }
  }
}

/** What could not be opened is tried again by the next who wants it. */
function shareIn(stack: AsyncDisposableStack, bench: () => Bench): Bench['share'] {
  const opened = new Map<unknown, Promise<AsyncDisposable>>();
  return <T extends AsyncDisposable>(open: (bench: Bench) => Promise<T>): Promise<T> => {
    const known = opened.get(open);
    if (known) return known as Promise<T>;
    const opening = open(bench()).then((resource) => stack.use(resource));
    opened.set(open, opening);
    opening.catch(() => opened.delete(open));
    return opening;
  };
}

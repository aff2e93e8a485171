import type { Row } from './row.ts';
import { median, medianRatio } from './statistics.ts';

export interface Comparison {
  readonly pairs: number;
  /** Pairs before those, which nobody counts. */
  readonly warmUp?: number;
  /** Each gives what it took. */
  readonly ours: () => Promise<number> | number;
  readonly theirs: () => Promise<number> | number;
}

/** Takes two figures in turn, so that what disturbs the one disturbs the other too. */
export async function compare({
  pairs,
  warmUp = 0,
  ours,
  theirs,
}: Comparison): Promise<Pick<Row, 'ours' | 'theirs' | 'ratio' | 'runs'>> {
  const figures: { readonly ours: number; readonly theirs: number }[] = [];
  for (let pair = 0; pair < warmUp + pairs; pair += 1) {
    const figure = { theirs: await theirs(), ours: await ours() };
    if (pair >= warmUp) figures.push(figure);
  }
  return summary(
    figures.map((figure) => figure.ours),
    figures.map((figure) => figure.theirs),
  );
}

/** The columns of a row that compares two figures. */
export function summary(
  ours: readonly number[],
  theirs: readonly number[],
): { readonly ours: number; readonly theirs: number; readonly ratio: number; readonly runs: number } {
  return { ours: median(ours), theirs: median(theirs), ratio: medianRatio(ours, theirs), runs: ours.length };
}

/** In milliseconds. */
export function timeOf(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

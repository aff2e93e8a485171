/** One line of the bench: a figure, and what it is compared with, measured in the same run. */
export interface Row {
  readonly what: string;
  readonly unit: Unit;
  /** Times are medians. */
  readonly ours: number;
  /** What the figure is compared with, and the figure of that. */
  readonly against?: string;
  readonly theirs?: number;
  /** The median of the ratios of neighbouring runs, which a busy machine disturbs less than that of medians. */
  readonly ratio?: number;
  readonly goal?: Goal;
  readonly runs: number;
  /** The most memory that our program took meanwhile, in megabytes. */
  readonly peak?: number;
  /** What else there is to say. */
  readonly note?: string;
  /** Of a measurement of growth: a name for what is measured, and how much there was of what grows. */
  readonly point?: { readonly curve: string; readonly size: number };
}

export type Unit = 'ms' | 'MB' | 'answers/s' | 's/h' | 'requests/min' | Count;

/** What is the same whenever it is measured, however busy the machine. */
type Count = 'requests' | 'commits';

/** What is to be reached: of the ratio, or of the figure itself. */
export type Goal =
  | { readonly ratio: number }
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly exactly: number };

export function isMet({ ours, ratio = Number.NaN, goal }: Row): boolean {
  if (goal === undefined) return true;
  if ('ratio' in goal) return ratio <= goal.ratio;
  if ('atMost' in goal) return ours <= goal.atMost;
  return 'atLeast' in goal ? ours >= goal.atLeast : ours === goal.exactly;
}

/** Whether a figure is off that no busy machine can be blamed for. */
export function isOff(row: Row): boolean {
  return isCount(row.unit) && !isMet(row);
}

export function isCount(unit: Unit): unit is Count {
  return unit === 'requests' || unit === 'commits';
}

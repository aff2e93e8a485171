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
}

export type Unit = 'ms' | 'MB' | 'answers/s' | Count;

/** What is the same whenever it is measured, however busy the machine. */
type Count = 'requests' | 'commits';

/** What is to be reached: of the ratio, or of the figure itself. */
export type Goal =
  | { readonly ratio: number }
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly exactly: number };

/** What measurements are made of. */
export interface Bench {
  /** Paths of the programs, as they are shipped. */
  readonly bundles: { readonly fluxctl: string; readonly fluxd: string };
  /** Fewer objects and fewer runs: what is wanted is counts, and an idea of the rest. */
  readonly quick: boolean;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Says what is being done. */
  tell(doing: string): void;
  /** Opens what several measurements use, once; it is closed at the end of all. */
  share<T extends AsyncDisposable>(open: (bench: Bench) => Promise<T>): Promise<T>;
}

/** A group of figures that are taken together. */
export interface Measurement {
  /** To ask for it alone. */
  readonly name: string;
  /** Whether `--quick` wants it. */
  readonly inQuick?: boolean;
  measure(bench: Bench): Promise<readonly Row[]>;
}

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

export function printRows(rows: readonly Row[]): string {
  const table = [
    ['what', 'ours', 'against', 'theirs', 'ratio', 'goal', '', 'peak', 'runs', ''],
    ...rows.map((row) => [
      row.what,
      printFigure(row.ours, row.unit),
      row.against ?? '',
      row.theirs === undefined ? '' : printFigure(row.theirs, row.unit),
      row.ratio?.toFixed(2) ?? '',
      row.goal ? printGoal(row.goal, row.unit) : '',
      row.goal ? (isMet(row) ? 'met' : 'MISSED') : '',
      row.peak === undefined ? '' : printFigure(row.peak, 'MB'),
      String(row.runs),
      row.note ?? '',
    ]),
  ];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${table.map(line).join('\n')}\n`;
}

function printGoal(goal: Goal, unit: Unit): string {
  if ('ratio' in goal) return `≤ ${goal.ratio} ×`;
  if ('atMost' in goal) return `≤ ${goal.atMost} ${unit}`;
  return 'atLeast' in goal ? `≥ ${goal.atLeast} ${unit}` : `= ${goal.exactly} ${unit}`;
}

function printFigure(figure: number, unit: Unit): string {
  return isCount(unit) ? String(figure) : `${figure.toFixed(1)} ${unit}`;
}

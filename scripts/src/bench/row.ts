/** One line of the bench: a figure, and what it is compared with, measured in the same run. */
export interface Row {
  readonly what: string;
  readonly against: string;
  /** In milliseconds, as medians. */
  readonly ours: number;
  readonly theirs: number;
  /** The median of the ratios of neighbouring runs, which a busy machine disturbs less than that of medians. */
  readonly ratio: number;
  /** The ratio that is not to be exceeded. */
  readonly goal: number;
  readonly runs: number;
}

/** A measurement; `signal` ends it early. */
export type Measurement = (signal: AbortSignal) => Promise<Row>;

export function printRows(rows: readonly Row[]): string {
  const table = [
    ['what', 'against', 'ours', 'theirs', 'ratio', 'goal', ''],
    ...rows.map(({ what, against, ours, theirs, ratio, goal }) => [
      what,
      against,
      `${ours.toFixed(1)} ms`,
      `${theirs.toFixed(1)} ms`,
      ratio.toFixed(2),
      `≤ ${goal}`,
      ratio <= goal ? 'met' : 'missed',
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

import { type Goal, isCount, isMet, type Row, type Unit } from './row.ts';

const columns = ['what', 'ours', 'against', 'theirs', 'ratio', 'goal', '', 'peak', 'runs', ''] as const;

/** For a terminal. */
export function printRows(rows: readonly Row[]): string {
  const table = [
    columns,
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
  const widths = columns.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${table.map(line).join('\n')}\n`;
}

/** For a document. */
export function rowsAsMarkdown(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const beside = row.theirs === undefined ? '' : `${row.against}: ${printFigure(row.theirs, row.unit)}`;
    const verdict = row.goal && `${printGoal(row.goal, row.unit)}, ${isMet(row) ? 'met' : '**missed**'}`;
    const peak = row.peak === undefined ? '' : `${row.peak.toFixed(0)} MB`;
    const cells = [row.what, printFigure(row.ours, row.unit), beside, row.ratio?.toFixed(2), verdict, peak];
    return `| ${[...cells, row.note].map((cell) => (cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const head = ['what', 'figure', 'beside', 'ratio', 'goal', 'peak memory', 'note'];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n');
}

function printGoal(goal: Goal, unit: Unit): string {
  if ('ratio' in goal) return `≤ ${goal.ratio} ×`;
  if ('atMost' in goal) return `≤ ${goal.atMost} ${unit}`;
  return 'atLeast' in goal ? `≥ ${goal.atLeast} ${unit}` : `= ${goal.exactly} ${unit}`;
}

function printFigure(figure: number, unit: Unit): string {
  return isCount(unit) ? String(figure) : `${figure.toFixed(1)} ${unit}`;
}

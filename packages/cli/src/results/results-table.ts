import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { type Paint, plainPaint } from '../output/paint.ts';
import { tabTable } from '../output/tab-table.ts';
import { type ResultRow, resultHeadings, resultRows } from './result-rows.ts';

export interface ResultsTableOptions {
  /** How often `-v` was given. */
  readonly verbosity: number;
  readonly paint?: Paint;
}

/** What became of an update, as Flux v1 prints it: a line per workload, and one for each further update. */
export function resultsTable(
  result: Readonly<Record<string, WorkloadResult>>,
  { verbosity, paint = plainPaint }: ResultsTableOptions,
): string {
  const rows = resultRows(result, verbosity);
  return tabTable([resultHeadings.map(paint.heading), ...rows.map((row) => painted(row, paint))]);
}

function painted({ cells: [workload, status, text], status: of, update }: ResultRow, paint: Paint): string[] {
  const colour = colours(paint)[of] ?? paint.doubtful;
  return [workload, colour(status), update ? text : colour(text)];
}

function colours(paint: Paint): Readonly<Record<WorkloadResult['Status'], (text: string) => string>> {
  return {
    success: paint.good,
    failed: paint.bad,
    skipped: paint.doubtful,
    ignored: paint.faint,
    unknown: paint.doubtful,
  };
}
